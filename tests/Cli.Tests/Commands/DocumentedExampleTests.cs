using System.Text.RegularExpressions;

namespace Orchestrator.Cli.Tests.Commands;

/// <summary>The example of docs/resume.md, done as it says there.</summary>
public sealed class DocumentedExampleTests : IDisposable
{
    private readonly Workspace _workspace = new();

    public void Dispose() => _workspace.Dispose();

    [Fact]
    public async Task Example_prints_what_the_page_says()
    {
        var root = Root();
        var page = Normal(await File.ReadAllTextAsync(Path.Combine(root, "docs", "resume.md")));
        var definition = await File.ReadAllTextAsync(Path.Combine(root, "examples", "03-diamond", "workflow.json"));
        var fair = _workspace.Write("fair.json", definition.Replace("arguments against", "fair arguments against", StringComparison.Ordinal));
        const string Filtered = """ "contra": [ { "error": { "kind": "contentFiltered", "message": "The filter stopped the answer." } } ] """;

        var failed = await InvokeAsync(
            "run", _workspace.Write("workflow.json", definition), "-i", "text=x", "--run-id", "first", "--mocks", _workspace.Mocks(Filtered));
        var resumed = await InvokeAsync("resume", "first", "--definition", fair, "--mocks", _workspace.Mocks(), "--reason", "asked more gently");

        failed.AssertExit(ExitCodes.RunFailed);
        resumed.AssertExit(ExitCodes.Completed);
        AssertSaid(page, failed.Output, "^(Run first failed|Error in|To go on)", 3);
        AssertSaid(page, resumed.Output, "^(Run first|Attempt|  By|   #  )", 9);
    }

    /// <summary>The lines that tell what happened are in the page, whatever the time, the money and the user.</summary>
    private static void AssertSaid(string page, string output, string told, int count)
    {
        var lines = Normal(output).Split('\n').Where(line => Regex.IsMatch(line, told)).ToList();
        Assert.Equal(count, lines.Count);
        Assert.All(lines, line => Assert.Contains(line, page, StringComparison.Ordinal));
    }

    private static string Normal(string text)
    {
        foreach (var (pattern, instead) in new[]
        {
            (@"\d{4}-\d\d-\d\d \d\d:\d\d:\d\dZ", "#"), (@" +\d+\.\d\d s  ", "   #  "), (@"[\d.]+ m?s\b", "#"), (@", \d+ \+ \d+ tokens, \$[\d.]+", ""),
            (@" \(# of work, .*", ""), ("By [^:]+:", "By:"), (" --state .*", ""),
        })
        {
            text = Regex.Replace(text, pattern, instead);
        }

        return text;
    }

    private static string Root()
    {
        var folder = new DirectoryInfo(AppContext.BaseDirectory);
        while (!File.Exists(Path.Combine(folder!.FullName, "Orchestrator.sln")))
        {
            folder = folder.Parent;
        }

        return folder.FullName;
    }

    private Task<CommandResult> InvokeAsync(params string[] args) => Workspace.InvokeAsync([.. args, "--state", _workspace.State]);
}
