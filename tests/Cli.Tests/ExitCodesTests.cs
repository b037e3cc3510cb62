using Orchestrator.Workflows.Runs;

namespace Orchestrator.Cli.Tests;

public class ExitCodesTests
{
    [Theory]
    [InlineData(RunStatus.Completed, 0)]
    [InlineData(RunStatus.Failed, 1)]
    [InlineData(RunStatus.Cancelled, 3)]
    [InlineData(RunStatus.TimedOut, 3)]
    public void Final_status_has_the_exit_code_of_the_contract(RunStatus status, int expected) => Assert.Equal(expected, ExitCodes.Of(status));

    [Fact]
    public void Run_that_a_wrong_key_failed_is_wrong_usage() =>
        Assert.Equal(ExitCodes.WrongUsage, ExitCodes.Of(RunStatus.Failed, new WorkflowError(ErrorKind.Authentication, "The key is wrong.")));

    [Fact]
    public async Task Docs_and_help_list_the_exit_codes_of_the_program()
    {
        var documented = (await File.ReadAllLinesAsync(Path.Combine(AppContext.BaseDirectory, "command-line.md")))
            .SkipWhile(line => line != "## Exit codes").Skip(1).TakeWhile(line => !line.StartsWith("## ", StringComparison.Ordinal))
            .Where(line => line.StartsWith("| `", StringComparison.Ordinal))
            .Select(line => line.Split('|', StringSplitOptions.TrimEntries))
            .Select(cells => (cells[1].Trim('`'), cells[2]));

        var help = await Workspace.InvokeAsync("--help");

        Assert.Equal(ExitCodes.Meanings, documented);
        Assert.All(ExitCodes.Meanings, one => Assert.Contains(
            help.Output.Split('\n'),
            line => line.Trim().Split(' ', 2) is [var code, var meaning] && code == one.Code && meaning.Trim() == one.Meaning));
    }

    /// <summary>Each constant is in the list, so that none is added without its meaning.</summary>
    [Fact]
    public void Every_code_has_its_meaning()
    {
        var codes = typeof(ExitCodes).GetFields().Where(field => field.IsLiteral).Select(field => $"{field.GetRawConstantValue()}");

        Assert.Equal(
            codes.Order(StringComparer.Ordinal),
            ExitCodes.Meanings.Select(one => one.Code).Where(code => code != "128+N").Order(StringComparer.Ordinal));
    }
}
