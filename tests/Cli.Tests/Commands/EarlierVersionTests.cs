using System.Text.Json;

namespace Orchestrator.Cli.Tests.Commands;

/// <summary>
/// A state folder as commit bc7189c left it: run <c>failed</c> failed at its third of four steps, and the process of run <c>killed</c> was killed at
/// its third. Its histories cannot be repeated by later code; its records are read, and no recorded step is executed again.
/// </summary>
[Trait("Trust", "14")]
public sealed class EarlierVersionTests : IDisposable
{
    /// <summary>What step <c>a</c> consumed; the others consume 1 each.</summary>
    private const int PaidOnce = 1_000;

    private readonly Workspace _workspace = new();

    public EarlierVersionTests()
    {
        var golden = Path.Combine(AppContext.BaseDirectory, "Goldens", "bc7189c");
        foreach (var file in Directory.GetFiles(golden, "*", SearchOption.AllDirectories))
        {
            var copy = Path.Combine(_workspace.State, Path.GetRelativePath(golden, file));
            Directory.CreateDirectory(Path.GetDirectoryName(copy)!);
            File.Copy(file, copy);
        }
    }

    public void Dispose() => _workspace.Dispose();

    [Fact]
    public async Task Runs_are_listed_and_shown()
    {
        var list = await InvokeAsync(ExitCodes.Completed, "runs", "list");
        Assert.Matches("(?m)^killed +interrupted ", list.Output);
        Assert.Matches("(?m)^failed +failed ", list.Output);
        foreach (var run in (string[])["killed", "failed"])
        {
            var shown = (await InvokeAsync(ExitCodes.Completed, "runs", "show", run, "--json")).Json();
            Assert.Empty(shown.GetProperty("warnings").EnumerateArray());
            Assert.Equal(PaidOnce + 1, InputTokens(shown));
        }
    }

    [Fact]
    public async Task Failed_run_is_resumed_from_its_records_though_the_default_model_is_another_one()
    {
        var run = (await InvokeAsync(ExitCodes.Completed, "resume", "failed", "--json")).Json();

        AssertPaidOnce(run);
        Assert.False(
            run.GetProperty("attempts")[1].TryGetProperty("changed", out var changed) && changed.GetProperty("steps").GetArrayLength() > 0,
            run.ToString());
    }

    [Theory]
    [InlineData(2)]
    [InlineData(4)]
    [InlineData(5)]
    [InlineData(int.MaxValue)]
    public async Task Killed_run_is_resumed_from_its_records(int historyLines)
    {
        await CutHistoryAsync(historyLines);

        AssertPaidOnce((await InvokeAsync(ExitCodes.Completed, "resume", "killed", "--json")).Json());
    }

    [Theory]
    [InlineData(4)]
    [InlineData(int.MaxValue)]
    public async Task Killed_run_is_cancelled_and_resumed(int historyLines)
    {
        await CutHistoryAsync(historyLines);

        await InvokeAsync(ExitCodes.Completed, "runs", "cancel", "killed");
        var cancelled = (await InvokeAsync(ExitCodes.Completed, "runs", "show", "killed", "--json")).Json();
        Assert.Equal("cancelled", cancelled.GetProperty("status").GetString());
        AssertPaidOnce((await InvokeAsync(ExitCodes.Completed, "resume", "killed", "--json")).Json());
    }

    [Fact]
    public async Task Runs_are_forked_restarted_and_deleted()
    {
        var fork = (await InvokeAsync(
            ExitCodes.Completed, "resume", "failed", "--fork", "--run-id", "fork", "--mocks", _workspace.Mocks(), "--json")).Json();
        Assert.Equal(2, InputTokens(fork));
        var restarted = (await InvokeAsync(ExitCodes.Completed, "runs", "restart", "killed", "--json")).Json();
        Assert.Equal(PaidOnce + 3, InputTokens(restarted));
        await InvokeAsync(ExitCodes.WrongUsage, "runs", "delete", "killed");
        await InvokeAsync(ExitCodes.Completed, "runs", "delete", "killed", "--force");
        await InvokeAsync(ExitCodes.Completed, "runs", "prune", "--older-than", "0m");
        Assert.Equal("There are no such runs.", (await InvokeAsync(ExitCodes.Completed, "runs", "list")).Output.Trim());
    }

    private static int InputTokens(JsonElement run) => run.GetProperty("usage").GetProperty("inputTokens").GetInt32();

    private static void AssertPaidOnce(JsonElement run)
    {
        Assert.Equal("completed", run.GetProperty("status").GetString());
        Assert.InRange(InputTokens(run), PaidOnce + 3, PaidOnce + 4);
        Assert.Equal(PaidOnce, run.GetProperty("steps").GetProperty("a").GetProperty("usage").GetProperty("inputTokens").GetInt32());
    }

    private async Task CutHistoryAsync(int lines)
    {
        var history = Path.Combine(_workspace.State, "journal", "instances", "killed~0.jsonl");
        await File.WriteAllTextAsync(history, string.Concat((await File.ReadAllLinesAsync(history)).Take(lines).Select(line => line + "\n")));
    }

    private async Task<CommandResult> InvokeAsync(int exitCode, params string[] args)
    {
        var result = await Workspace.InvokeAsync([.. args, "--state", _workspace.State]);
        result.AssertExit(exitCode);
        Assert.DoesNotContain("   at ", result.Error, StringComparison.Ordinal);
        return result;
    }
}
