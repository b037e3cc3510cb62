using Azure.Storage.Blobs.Specialized;
using Microsoft.Extensions.Configuration;
using Orchestrator.EndToEnd.Processes;
using Orchestrator.Storage;
using Orchestrator.Storage.Blobs;
using Orchestrator.Testing;
using Orchestrator.Testing.Azurite;

namespace Orchestrator.EndToEnd;

/// <summary>Everything in a storage account, seen from outside: processes that come, go and die, and an account that is away for a while.</summary>
[NeedsAzurite]
public sealed class AzureStorageTests : IAsyncLifetime
{
    private const int Steps = 6;
    private const string RunId = "mine";
    private const string Mocks = """{ "steps": { "*": [ { "output": "ok", "latencyMs": 400 } ] } }""";

    /// <summary>Longer than the lease's renewal, on a busy machine too.</summary>
    private static readonly TimeSpan Renewal = TimeSpan.FromMinutes(2);

    private readonly TempFolder _folder = new();
    private AzuriteServer _server = null!;
    private Dictionary<string, string> _account = null!;
    private BlobContentStore _store = null!;

    private string State => _folder.Combine("state");

    private StoredRun Run => new(_store, RunId);

    public async Task InitializeAsync()
    {
        _server = await AzuriteServer.NewAsync();
        _account = new() { ["AzureWebJobsStorage"] = _server.ConnectionString };
        _store = BlobContentStore.Open(new ConfigurationBuilder().AddInMemoryCollection(_account!).Build());
        await File.WriteAllTextAsync(_folder.Combine("workflow.json"), Definition());
        await File.WriteAllTextAsync(_folder.Combine("mocks.json"), Mocks);
    }

    public async Task DisposeAsync()
    {
        await _server.DisposeAsync();
        _folder.Dispose();
    }

    [SuiteFact]
    public async Task Run_completes_is_shown_and_leaves_nothing_in_a_folder()
    {
        var run = await InvokeAsync(["run", "workflow.json", "--mocks", "mocks.json", "--run-id", RunId, "--json"]);

        Assert.True(run.ExitCode == 0, run.Error);
        Assert.Equal("completed", run.Json().GetProperty("status").GetString());
        var shown = await InvokeAsync(["runs", "show", RunId, "--json"]);
        Assert.Equal(run.Output, shown.Output);
        Assert.False(Directory.Exists(State));
        Assert.Equal(["mocks.json", "workflow.json"], Directory.EnumerateFileSystemEntries(_folder.Path).Select(Path.GetFileName).Order());
    }

    [SuiteFact]
    public async Task Account_that_is_away_in_the_middle_of_a_run_delays_it_only()
    {
        using var command = OrchestratorProcess.Start(
            _folder.Path, _account, Azure(["run", "workflow.json", "--mocks", "mocks.json", "--run-id", RunId, "--json"]));
        await command.Error.WaitForAsync("s1 completed");
        await _server.StopAsync();
        await _server.StartAsync();

        var run = await command.WaitForExitAsync(Renewal);

        Assert.True(run.ExitCode == 0, run.Error);
        Assert.Equal("completed", run.Json().GetProperty("status").GetString());
        Assert.Equal(Steps, (await Run.CheckpointsAsync()).Count);
    }

    [SuiteFact]
    public async Task Account_that_does_not_answer_at_the_start_is_named_and_how_to_start_it()
    {
        await _server.StopAsync();

        var run = await InvokeAsync(["run", "workflow.json", "--mocks", "mocks.json"]);

        Assert.Equal(2, run.ExitCode);
        Assert.Equal(
            "Cannot use the container 'orchestrator' of the storage account 'devstoreaccount1': "
            + $"http://127.0.0.1:{_server.BlobEndpoint.Port} does not answer. Start Azurite (docs/azurite.md).",
            run.Error);
    }

    [SuiteFact]
    public async Task Second_process_is_refused_in_one_sentence_that_names_the_first()
    {
        using var first = await ServeAsync();

        var second = await InvokeAsync(["serve", "--port", "0"]);

        Assert.Equal(2, second.ExitCode);
        Assert.Empty(second.Output);
        Assert.StartsWith(
            $"The journal 'devstoreaccount1/orchestrator/journal' is in use by process {first.Process.Id} on host '{Environment.MachineName}' since ",
            Assert.Single(second.Error.Split('\n')), StringComparison.Ordinal);
        first.Process.Send(Signal.Terminate);
        Assert.Equal(0, (await first.Process.WaitForExitAsync()).ExitCode);
        using var third = await ServeAsync();
    }

    [SuiteFact]
    public async Task Of_two_processes_that_start_at_once_one_wins()
    {
        string[] serve = Azure(["serve", "--port", "0"]);
        using var one = OrchestratorProcess.Start(_folder.Path, _account, serve);
        using var other = OrchestratorProcess.Start(_folder.Path, _account, serve);

        var (end, otherEnd) = (one.WaitForExitAsync(), other.WaitForExitAsync());
        var loser = await await Task.WhenAny(end, otherEnd);

        Assert.Equal(2, loser.ExitCode);
        Assert.StartsWith(
            "The journal 'devstoreaccount1/orchestrator/journal' is in use by ", Assert.Single(loser.Error.Split('\n')), StringComparison.Ordinal);
        await (end.IsCompleted ? other : one).Output.WaitForAsync("StartRun:");
    }

    [SuiteTheory]
    [InlineData("run.started", 1)]
    [InlineData("step.completed", 3)]
    public async Task Serve_that_is_killed_goes_on_at_the_next_start_without_repeating_a_finished_step(string moment, int count)
    {
        using (var server = await ServeAsync())
        {
            await server.StartRunAsync($$"""{ "definition": {{Definition()}}, "runId": "{{RunId}}", "options": { "mocks": {{Mocks}} } }""");
            await Run.WaitForAsync(moment, count);
            await server.Process.KillAsync();
        }

        Assert.True(await Run.CountAsync("run.completed") == 0, "the run was over before the process was killed, so nothing was tried");
        var (finished, startsThen) = (await Run.CheckpointsAsync(), await Run.StartsAsync());

        using var next = await ServeAsync();
        await Run.WaitForAsync("run.completed", 1);

        Assert.Equal("completed", (await next.GetRunAsync(RunId)).GetProperty("status").GetString());
        var (checkpoints, starts) = (await Run.CheckpointsAsync(), await Run.StartsAsync());
        Assert.Equal(Steps, checkpoints.Count);
        Assert.All(finished, known => Assert.Equal(known.Value, checkpoints[known.Key]));
        Assert.All(finished.Keys, record => Assert.Equal(startsThen[record], starts[record]));
    }

    [SuiteTheory]
    [InlineData("resume", "completed")]
    [InlineData("runs cancel", "cancelled")]
    public async Task Run_whose_process_was_killed_is_driven_by_the_command_that_asks_for_it_and_can_be_deleted(string what, string status)
    {
        using (var command = OrchestratorProcess.Start(
            _folder.Path, _account, Azure(["run", "workflow.json", "--mocks", "mocks.json", "--run-id", RunId])))
        {
            await Run.WaitForAsync("step.completed", 2);
            await command.KillAsync();
        }

        var driven = await InvokeAsync([.. what.Split(' '), RunId]);

        Assert.True(driven.ExitCode == 0, driven.Output + driven.Error);
        Assert.Equal(status, (await InvokeAsync(["runs", "show", RunId, "--json"])).Json().GetProperty("status").GetString());
        if (status == "cancelled")
        {
            var resumed = await InvokeAsync(["resume", RunId]);
            Assert.True(resumed.ExitCode == 0, resumed.Error);
        }

        Assert.Equal(0, (await InvokeAsync(["runs", "delete", RunId])).ExitCode);
        var left = new List<string>();
        await foreach (var key in _store.ListAsync(ContentPrefix.Under("journal", "instances")))
        {
            left.Add(key.Value);
        }

        Assert.Empty(left);
    }

    [SuiteFact]
    public async Task Serve_whose_journal_was_taken_ends_and_says_so()
    {
        using var server = await ServeAsync();
        await _store.Container.GetBlobClient("journal/owner").GetBlobLeaseClient().BreakAsync(TimeSpan.Zero);

        var result = await server.Process.WaitForExitAsync(Renewal);

        Assert.Equal(2, result.ExitCode);
        Assert.StartsWith("The journal 'devstoreaccount1/orchestrator/journal' is lost: ", result.Error.Split('\n')[^1], StringComparison.Ordinal);
        Assert.DoesNotContain("   at ", result.Error, StringComparison.Ordinal);
    }

    /// <summary>Each step waits for the one before it.</summary>
    private static string Definition()
    {
        var steps = Enumerable.Range(0, Steps).Select(step => step == 0
            ? """{ "id": "s0", "prompt": "Begin." }"""
            : $$$"""{ "id": "s{{{step}}}", "prompt": "Go on from {{s{{{step - 1}}}}}", "dependsOn": ["s{{{step - 1}}}"] }""");
        return $$"""{ "slug": "chain", "steps": [ {{string.Join(", ", steps)}} ] }""";
    }

    private string[] Azure(string[] args) => [.. args, "--storage", "azure", "--state", State];

    private Task<ProcessResult> InvokeAsync(string[] args) => OrchestratorProcess.RunAsync(_folder.Path, _account, Azure(args));

    private Task<ServeProcess> ServeAsync() => ServeProcess.StartAsync(State, _account, "--allow-mocks", "--storage", "azure");
}
