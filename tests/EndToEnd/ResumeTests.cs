using System.Text.Json;
using Orchestrator.EndToEnd.Processes;
using Orchestrator.Storage.Files;
using Orchestrator.Testing;

namespace Orchestrator.EndToEnd;

/// <summary>Commands about a run, with and without a process that serves the state folder.</summary>
public sealed class ResumeTests : IDisposable
{
    private const string RunId = "mine";

    private const string Definition = """
        { "options": { "parallelBatchDelay": 0 }, "steps": [ { "id": "a", "prompt": "1" }, { "id": "b", "prompt": "2", "dependsOn": ["a"] },
        { "id": "c", "prompt": "3", "dependsOn": ["b"] } ] }
        """;

    private const string Slow =
        """{ "steps": { "b": [ { "output": "late", "latencyMs": 600000 }, { "output": "soon" } ], "*": [ { "output": "ok" } ] } }""";

    private readonly TempFolder _folder = new();

    private string State => _folder.Combine("state");

    private StoredRun Run => new(new FileContentStore(State, TimeProvider.System), RunId);

    public void Dispose() => _folder.Dispose();

    [Fact]
    public async Task Commands_ask_the_process_that_serves_the_folder_and_resume_works_beside_it()
    {
        using var server = await ServeProcess.StartAsync(State, "--allow-mocks");
        await server.StartRunAsync($$"""{ "definition": {{Definition}}, "runId": "{{RunId}}", "options": { "mocks": {{Slow}} } }""");
        await Run.WaitForAsync("step.completed", 1);

        Assert.Contains("to suspend run mine.", (await CommandAsync(0, "runs", "suspend", RunId)).Output, StringComparison.Ordinal);
        Assert.Equal("Run 'mine' is suspended already.", (await CommandAsync(2, "runs", "suspend", RunId)).Error.Trim());
        Assert.Contains("to continue run mine.", (await CommandAsync(0, "runs", "continue", RunId)).Output, StringComparison.Ordinal);
        Assert.Contains("to cancel run mine.", (await CommandAsync(0, "runs", "cancel", RunId)).Output, StringComparison.Ordinal);
        await Run.WaitForAsync("run.cancelled", 1);

        Assert.Contains(
            "Run mine, attempt 2", (await CommandAsync(0, "resume", RunId, "--reason", "from the command line")).Output, StringComparison.Ordinal);
        var run = JsonDocument.Parse((await CommandAsync(0, "runs", "show", RunId, "--json")).Output).RootElement;
        Assert.Equal(("completed", 2), (run.GetProperty("status").GetString(), run.GetProperty("attempt").GetInt32()));
        Assert.Equal("from the command line", run.GetProperty("attempts")[1].GetProperty("reason").GetString());

        await server.StartRunAsync($$"""{ "definition": {{Definition}}, "runId": "other", "options": { "mocks": {{Slow}} } }""");
        Assert.Contains("works on it.", (await CommandAsync(0, "runs", "show", "other")).Output, StringComparison.Ordinal);
        await CommandAsync(0, "runs", "cancel", "other");
        await new StoredRun(new FileContentStore(State, TimeProvider.System), "other").WaitForAsync("run.cancelled", 1);
        var other = JsonDocument.Parse((await CommandAsync(0, "resume", "other", "--json")).Output).RootElement;
        Assert.Equal(("completed", 2), (other.GetProperty("status").GetString(), other.GetProperty("attempt").GetInt32()));

        Assert.Equal("Deleted run mine.", (await CommandAsync(0, "runs", "delete", RunId)).Output.Trim());
    }

    [Fact]
    public async Task Run_whose_process_died_goes_on_with_resume_and_can_be_cancelled_instead()
    {
        await InterruptAsync();
        Assert.Contains("interrupted", (await CommandAsync(0, "runs", "list")).Output, StringComparison.Ordinal);
        Assert.Contains(
            "To go on with it: orchestrator resume mine", (await CommandAsync(0, "runs", "show", RunId)).Output, StringComparison.Ordinal);
        Assert.Contains(
            "takes options only after it has ended. Resume it without options ('orchestrator resume",
            (await CommandAsync(2, "resume", RunId, "--from", "a")).Error, StringComparison.Ordinal);
        Assert.Contains("No process works on run 'mine'", (await CommandAsync(2, "runs", "suspend", RunId)).Error, StringComparison.Ordinal);

        Assert.Contains("cancelled", (await CommandAsync(0, "runs", "cancel", RunId)).Output, StringComparison.Ordinal);
        var resumed = await CommandAsync(0, "resume", RunId);

        Assert.Contains("Run mine, attempt 2: 3 steps, 1 of them reused", resumed.Output, StringComparison.Ordinal);
        Assert.Single(
            await Run.EventsAsync(),
            item => item.GetProperty("event").GetString() == "step.completed" && item.GetProperty("stepId").GetString() == "a");
    }

    [Fact]
    public async Task Run_whose_process_died_and_whose_history_was_moved_away_goes_on_by_the_command_that_is_shown()
    {
        await InterruptAsync();
        Directory.Delete(Path.Combine(State, "journal"), recursive: true);
        Assert.Contains(
            "in a new run: orchestrator resume mine --fork", (await CommandAsync(0, "runs", "show", RunId)).Output, StringComparison.Ordinal);

        await File.WriteAllTextAsync(_folder.Combine("quick.json"), """{ "steps": { "*": [ { "output": "x" } ] } }""");
        var resumed = await CommandAsync(0, "resume", RunId, "--fork", "--run-id", "other", "--mocks", _folder.Combine("quick.json"));

        Assert.Contains("1 of them reused", resumed.Output, StringComparison.Ordinal);
        Assert.Contains("is gone", (await CommandAsync(0, "runs", "show", RunId)).Output, StringComparison.Ordinal);
    }

    private async Task InterruptAsync()
    {
        await File.WriteAllTextAsync(_folder.Combine("workflow.json"), Definition);
        await File.WriteAllTextAsync(_folder.Combine("mocks.json"), Slow);
        using var command = OrchestratorProcess.Start(
            _folder.Path, "run", "workflow.json", "--mocks", "mocks.json", "--run-id", RunId, "--state", State);
        await Run.WaitForAsync("step.started", 2);
        await command.KillAsync();
    }

    private async Task<ProcessResult> CommandAsync(int exit, params string[] args)
    {
        var result = await OrchestratorProcess.RunAsync(_folder.Path, [.. args, "--state", State]);
        Assert.True(result.ExitCode == exit, $"exit {result.ExitCode}\n{result.Output}\n{result.Error}");
        return result;
    }
}
