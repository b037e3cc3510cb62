using System.Net;
using System.Text.Json;
using Orchestrator.EndToEnd.Processes;
using Orchestrator.Storage.Files;
using Orchestrator.Testing;

namespace Orchestrator.EndToEnd;

/// <summary>Runs that another process left, asked for over the HTTP API of one that serves their folder.</summary>
[Trait("Trust", "12")]
public sealed class LeftRunTests : IDisposable
{
    private const string Definition = """
        { "options": { "parallelBatchDelay": 0 }, "steps": [ { "id": "a", "prompt": "1" }, { "id": "b", "prompt": "2", "dependsOn": ["a"] } ] }
        """;

    private readonly TempFolder _folder = new();

    private string State => _folder.Combine("state");

    public void Dispose() => _folder.Dispose();

    [Fact]
    public async Task Interrupted_run_is_not_suspended_continued_or_resumed_but_cancelled_by_the_server_itself()
    {
        await StartAndKillAsync("mine", latency: 3_000);
        using var server = await ServeProcess.StartAsync(State);

        foreach (var operation in new[] { "suspend", "continue", "resume" })
        {
            var (status, body) = await AskAsync(server, operation);
            Assert.True(status == HttpStatusCode.Conflict, body);
            var problem = JsonDocument.Parse(body).RootElement;
            Assert.Equal("interrupted", problem.GetProperty("runStatus").GetString());
            Assert.Contains("'orchestrator resume mine' goes on with it", problem.GetProperty("detail").GetString(), StringComparison.Ordinal);
            Assert.Equal("interrupted", (await server.GetRunAsync("mine")).GetProperty("status").GetString());
        }

        Assert.Equal(HttpStatusCode.Accepted, (await AskAsync(server, "cancel")).Status);

        await WaitForAsync(server, "cancelled");
        await Stored("mine").WaitForAsync("run.cancelled", 1);
        Assert.Equal(1, (await Stored("mine").EventsAsync()).Count(item =>
            StoredRun.NameOf(item) == "step.started" && item.GetProperty("stepId").GetString() == "b"));
    }

    [Fact]
    public async Task Run_of_a_server_that_was_killed_goes_on_in_another_that_runs()
    {
        using var other = await ServeProcess.StartAsync(State, "--allow-mocks");
        using var server = await ServeProcess.StartAsync(State, "--allow-mocks");
        await other.StartRunAsync($$"""{ "definition": {{Definition}}, "runId": "mine", "options": { "mocks": {{Mocks(3_000)}} } }""");
        await Stored("mine").WaitForAsync("step.started", 2);

        await other.Process.KillAsync();

        await WaitForAsync(server, "completed");
        await Stored("mine").WaitForAsync("run.completed", 1);
    }

    [Fact]
    public async Task Run_that_was_deleted_and_begun_again_in_a_terminal_is_what_it_is_there()
    {
        using var server = await ServeProcess.StartAsync(State, "--allow-mocks");
        await server.StartRunAsync($$"""{ "definition": {{Definition}}, "runId": "mine", "options": { "mocks": {{Mocks(0)}} } }""");
        await WaitForAsync(server, "completed");

        // As a process that does not know the server.
        File.Move(Path.Combine(State, "serve.json"), Path.Combine(State, "serve.away"));
        var deleted = await OrchestratorProcess.RunAsync(_folder.Path, "runs", "delete", "mine", "--state", State);
        Assert.True(deleted.ExitCode == 0, deleted.Error);
        using var command = await StartAsync("mine", latency: 600_000);

        Assert.Equal("running", (await server.GetRunAsync("mine")).GetProperty("status").GetString());
        Assert.Equal(HttpStatusCode.Accepted, (await AskAsync(server, "cancel")).Status);
        Assert.Equal(3, (await command.WaitForExitAsync(OrchestratorProcess.Patience)).ExitCode);
    }

    /// <summary>A run of before the logs of runs: the version that began it may go on with it, so that it is neither resumed nor ended.</summary>
    [Fact]
    public async Task Unfinished_run_of_an_earlier_version_is_named_and_refused_until_it_is_deleted()
    {
        await StartAndKillAsync("mine", latency: 3_000);
        var record = Path.Combine(State, "runs", "mine", "run.json");
        var old = (await File.ReadAllTextAsync(record)).Replace("\"format\":3,", "\"format\":1,", StringComparison.Ordinal);
        Assert.Contains("\"format\":1,", old, StringComparison.Ordinal);
        await File.WriteAllTextAsync(record, old);

        using var server = await ServeProcess.StartAsync(State, "--allow-mocks");

        Assert.StartsWith(
            "Leaves run mine, of which a record cannot be read: 'orchestrator runs show RUN", await server.Process.Output.WaitForAsync("Leaves "),
            StringComparison.Ordinal);
        foreach (var operation in new[] { "suspend", "continue", "cancel", "resume", "restart" })
        {
            var (status, body) = await AskAsync(server, operation);
            Assert.True(status == HttpStatusCode.Conflict, body);
            var problem = JsonDocument.Parse(body).RootElement;
            Assert.Equal("older", problem.GetProperty("unreadable").GetString());
            Assert.Contains(
                "'runs/mine/run.json' was written by an earlier version", problem.GetProperty("detail").GetString(), StringComparison.Ordinal);
        }

        Assert.Equal(old, await File.ReadAllTextAsync(record));
        using (var deleted = await server.Client.DeleteAsync("/api/runs/mine"))
        {
            Assert.Equal(HttpStatusCode.Accepted, deleted.StatusCode);
        }

        Assert.False(Directory.Exists(Path.GetDirectoryName(record)), "something of the run is left");
    }

    private static string Mocks(int latency) =>
        $$"""{ "steps": { "b": [ { "output": "late", "latencyMs": {{latency}} } ], "*": [ { "output": "ok" } ] } }""";

    private StoredRun Stored(string runId) => new(new FileContentStore(State, TimeProvider.System), runId);

    private async Task<OrchestratorProcess> StartAsync(string runId, int latency)
    {
        await File.WriteAllTextAsync(_folder.Combine("workflow.json"), Definition);
        await File.WriteAllTextAsync(_folder.Combine("mocks.json"), Mocks(latency));
        var command = OrchestratorProcess.Start(_folder.Path, "run", "workflow.json", "--mocks", "mocks.json", "--run-id", runId, "--state", State);
        await Stored(runId).WaitForAsync("step.started", 2);
        return command;
    }

    private async Task StartAndKillAsync(string runId, int latency)
    {
        using var command = await StartAsync(runId, latency);
        await command.KillAsync();
    }

    private static async Task<(HttpStatusCode Status, string Body)> AskAsync(ServeProcess server, string operation)
    {
        using var response = await server.Client.PostAsync($"/api/runs/mine/{operation}", null);
        return (response.StatusCode, await response.Content.ReadAsStringAsync());
    }

    private static async Task WaitForAsync(ServeProcess server, string status)
    {
        using var timeout = new CancellationTokenSource(OrchestratorProcess.Patience);
        while ((await server.GetRunAsync("mine")).GetProperty("status").GetString() != status)
        {
            timeout.Token.ThrowIfCancellationRequested();
        }
    }
}
