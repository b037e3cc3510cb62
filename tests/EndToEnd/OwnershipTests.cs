using System.Text.Json;
using Orchestrator.EndToEnd.Processes;
using Orchestrator.Storage.Files;
using Orchestrator.Testing;

namespace Orchestrator.EndToEnd;

/// <summary>Processes share a state folder: each run belongs to the one that drives it.</summary>
[Trait("Trust", "12")]
public sealed class OwnershipTests : IDisposable
{
    private const string Definition = """
        { "options": { "parallelBatchDelay": 0 }, "steps": [ { "id": "a", "prompt": "1" }, { "id": "b", "prompt": "2", "dependsOn": ["a"] } ] }
        """;

    /// <summary>Step b takes longer than any test waits.</summary>
    private const string Slow = """{ "steps": { "b": [ { "output": "late", "latencyMs": 600000 } ], "*": [ { "output": "ok" } ] } }""";

    /// <summary>b takes long enough to be killed in it, and can be executed again.</summary>
    private const string Lasting = """{ "steps": { "b": [ { "output": "soon", "latencyMs": 3000 } ], "*": [ { "output": "ok" } ] } }""";

    private const string Quick = """{ "steps": { "*": [ { "output": "ok" } ] } }""";

    private readonly TempFolder _folder = new();

    private string State => _folder.Combine("state");

    public void Dispose() => _folder.Dispose();

    [Fact]
    public async Task Run_works_in_a_folder_where_another_run_works()
    {
        using var first = await StartSlowAsync("first");

        await CommandAsync(0, RunArgs("second", Quick));

        Assert.Equal("running", await StatusAsync("first"));
        Assert.Equal("completed", await StatusAsync("second"));
    }

    [Fact]
    public async Task Run_works_in_a_folder_that_is_served_and_the_server_shows_it()
    {
        using var server = await ServeProcess.StartAsync(State, "--allow-mocks");
        using var command = await StartSlowAsync("mine");

        Assert.Equal("running", (await server.GetRunAsync("mine")).GetProperty("status").GetString());
        await CommandAsync(0, RunArgs("second", Quick));
        Assert.Equal("completed", (await server.GetRunAsync("second")).GetProperty("status").GetString());
    }

    [Theory]
    [InlineData(false)]
    [InlineData(true)]
    public async Task Cancel_suspend_and_continue_reach_a_run_in_another_terminal(bool served)
    {
        using var server = served ? await ServeProcess.StartAsync(State) : null;
        using var command = await StartSlowAsync("mine");
        var run = Stored("mine");

        await CommandAsync(0, "runs", "suspend", "mine");
        await WaitForAsync("mine", "suspended");
        await CommandAsync(0, "runs", "continue", "mine");
        await WaitForAsync("mine", "running");
        await CommandAsync(0, "runs", "cancel", "mine");

        Assert.Equal(3, (await command.WaitForExitAsync(TimeSpan.FromSeconds(10))).ExitCode);
        Assert.Equal("cancelled", await StatusAsync("mine"));
        Assert.Equal(1, await run.CountAsync("run.cancelled"));
    }

    [Theory]
    [InlineData("resume")]
    [InlineData("runs delete")]
    public async Task Command_that_would_take_a_run_away_from_its_process_is_refused(string what)
    {
        using var command = await StartSlowAsync("mine");

        var refused = await CommandAsync(2, [.. what.Split(' '), "mine"]);

        Assert.Contains($"process {command.Id} on host", refused.Error, StringComparison.Ordinal);
        Assert.Contains("orchestrator runs cancel mine", refused.Error, StringComparison.Ordinal);
        Assert.Equal("running", await StatusAsync("mine"));
    }

    [Fact]
    public async Task Run_that_lost_its_terminal_is_left_by_serve_and_goes_on_when_asked()
    {
        await KillSlowAsync("mine");

        using var server = await ServeProcess.StartAsync(State);
        var line = await server.Process.Output.WaitForAsync("Leaves ");
        await server.Process.Output.WaitForAsync("Press Ctrl+C");

        Assert.Contains(" mine: 'orchestrator resume", line, StringComparison.Ordinal);
        Assert.Contains("interrupted", (await CommandAsync(0, "runs", "list", "--status", "interrupted")).Output, StringComparison.Ordinal);
        Assert.Equal("There are no such runs.", (await CommandAsync(0, "runs", "list", "--status", "running")).Output.Trim());
        Assert.Equal("interrupted", await StatusAsync("mine"));
        Assert.Equal("interrupted", (await server.GetRunAsync("mine")).GetProperty("status").GetString());
        Assert.Equal(1, await StartsOfBAsync("mine"));
        await CommandAsync(0, "resume", "mine");
        Assert.Equal("completed", await StatusAsync("mine"));
    }

    [Fact]
    public async Task Run_that_lost_its_terminal_is_cancelled_by_the_command_beside_serve()
    {
        await KillSlowAsync("mine");
        using var server = await ServeProcess.StartAsync(State);

        await CommandAsync(0, "runs", "cancel", "mine");

        Assert.Equal("cancelled", await StatusAsync("mine"));
        Assert.Equal(1, await StartsOfBAsync("mine"));
        Assert.Equal("cancelled", (await server.GetRunAsync("mine")).GetProperty("status").GetString());
        await CommandAsync(0, "runs", "delete", "mine");
        Assert.Empty(Directory.GetFiles(Path.Combine(State, "journal", "instances")));
    }

    [Theory]
    [InlineData(false)]
    [InlineData(true)]
    public async Task Run_that_was_started_for_serving_goes_on_at_the_next_start_unless_that_is_not_wanted(bool wanted)
    {
        using (var server = await ServeProcess.StartAsync(State, "--allow-mocks"))
        {
            await server.StartRunAsync($$"""{ "definition": {{Definition}}, "runId": "mine", "options": { "mocks": {{Lasting}} } }""");
            await Stored("mine").WaitForAsync("step.started", 2);
            await server.Process.KillAsync();
        }

        using var next = await ServeProcess.StartAsync(State, ["--allow-mocks", .. wanted ? [] : (string[])["--no-continue"]]);

        Assert.Contains("mine", await next.Process.Output.WaitForAsync(wanted ? "Goes on with " : "Leaves "), StringComparison.Ordinal);
        if (wanted)
        {
            await Stored("mine").WaitForAsync("run.completed", 1);
        }
        else
        {
            await next.Process.Output.WaitForAsync("Press Ctrl+C");
            Assert.Equal(1, await StartsOfBAsync("mine"));
        }
    }

    [Fact]
    public async Task Of_two_resumes_of_one_run_at_once_one_wins_and_the_other_is_refused()
    {
        await KillSlowAsync("mine");

        var both =
            await Task.WhenAll(Enumerable.Range(0, 2).Select(_ => OrchestratorProcess.RunAsync(_folder.Path, "resume", "mine", "--state", State)));

        Assert.Equal([0, 2], both.Select(result => result.ExitCode).Order());
        Assert.Contains("works on it", both.Single(result => result.ExitCode == 2).Error, StringComparison.Ordinal);
        Assert.Equal(1, await Stored("mine").CountAsync("run.completed"));
    }

    [Fact]
    public async Task Of_two_runs_of_one_id_at_once_one_wins_and_the_other_is_refused()
    {
        var args = RunArgs("mine", Quick);

        var both = await Task.WhenAll(Enumerable.Range(0, 2).Select(_ => OrchestratorProcess.RunAsync(_folder.Path, args)));

        Assert.Equal([0, 2], both.Select(result => result.ExitCode).Order());
        Assert.Contains("There is a run 'mine' already.", both.Single(result => result.ExitCode == 2).Error, StringComparison.Ordinal);
    }

    [Fact]
    public async Task Runs_that_ended_are_deleted_and_pruned_while_another_works()
    {
        await CommandAsync(0, RunArgs("one", Quick));
        await CommandAsync(0, RunArgs("two", Quick));
        using var command = await StartSlowAsync("mine");

        await CommandAsync(0, "runs", "delete", "one");
        await CommandAsync(0, "runs", "prune", "--older-than", "0m");

        var left = (await CommandAsync(0, "runs", "list", "--json")).Json().GetProperty("runs");
        Assert.Equal("mine", Assert.Single(left.EnumerateArray()).GetProperty("runId").GetString());
        command.Send(Signal.Interrupt);
        Assert.Equal(3, (await command.WaitForExitAsync(TimeSpan.FromSeconds(10))).ExitCode);
    }

    private StoredRun Stored(string runId) => new(new FileContentStore(State, TimeProvider.System), runId);

    private async Task<int> StartsOfBAsync(string runId) => (await Stored(runId).EventsAsync()).Count(item =>
        StoredRun.NameOf(item) == "step.started" && item.GetProperty("stepId").GetString() == "b");

    private string[] RunArgs(string runId, string mocks)
    {
        File.WriteAllText(_folder.Combine("workflow.json"), Definition);
        File.WriteAllText(_folder.Combine($"{runId}.mocks.json"), mocks);
        return ["run", "workflow.json", "--mocks", $"{runId}.mocks.json", "--run-id", runId, "--state", State];
    }

    private async Task<OrchestratorProcess> StartSlowAsync(string runId, string mocks = Slow)
    {
        var command = OrchestratorProcess.Start(_folder.Path, RunArgs(runId, mocks));
        try
        {
            await Stored(runId).WaitForAsync("step.started", 2);
            return command;
        }
        catch
        {
            command.Dispose();
            throw;
        }
    }

    private async Task KillSlowAsync(string runId)
    {
        using var command = await StartSlowAsync(runId, Lasting);
        await command.KillAsync();
    }

    private async Task<string?> StatusAsync(string runId) =>
        JsonDocument.Parse((await CommandAsync(0, "runs", "show", runId, "--json")).Output).RootElement.GetProperty("status").GetString();

    private async Task WaitForAsync(string runId, string status)
    {
        using var timeout = new CancellationTokenSource(OrchestratorProcess.Patience);
        while (await StatusAsync(runId) != status)
        {
            timeout.Token.ThrowIfCancellationRequested();
        }
    }

    private async Task<ProcessResult> CommandAsync(int exit, params string[] args)
    {
        var result = await OrchestratorProcess.RunAsync(_folder.Path, args.Contains("--state") ? args : [.. args, "--state", State]);
        Assert.True(result.ExitCode == exit, $"exit {result.ExitCode}\n{result.Output}\n{result.Error}");
        return result;
    }
}
