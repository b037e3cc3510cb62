using Orchestrator.Activities.Retention;
using Orchestrator.Activities.RunLogs;
using Orchestrator.Functions.Application;
using Orchestrator.Storage;
using Orchestrator.Workflows.Runs;

namespace Orchestrator.Functions.Tests.Application;

/// <summary>The timer function without <c>Orchestrator:RetainDays</c>: values of no run are deleted, as by the pruning of <c>serve</c>.</summary>
public sealed class TimerFunctionsTests : IAsyncLifetime
{
    private const string Definition = """{ "options": { "parallelBatchDelay": 0 }, "steps": [ { "id": "a", "prompt": "1" } ] }""";

    private readonly TroubledStore _store = new();
    private AppHost _app = null!;

    /// <summary>One run is complete; of five others deletions left the parts and the histories.</summary>
    public async Task InitializeAsync()
    {
        _app = await AppHost.StartAsync(store: _store);
        foreach (var runId in (string[])["kept", "l1", "l2", "l3", "l4", "l5"])
        {
            await _app.StartRunAsync(runId, Definition, """{ "a": [ { "output": "A" } ] }""");
            Assert.Equal(RunStatus.Completed, (await _app.WaitAsync(runId)).Status);
            await (runId == "kept" ? Task.CompletedTask : _store.DeleteAsync(ContentKey.Of("runs", runId, "run.json")));
        }
    }

    public async Task DisposeAsync() => await _app.DisposeAsync();

    [Fact]
    public async Task Two_prunings_at_once_delete_what_belongs_to_no_run_and_keep_every_run()
    {
        await Task.WhenAll(Enumerable.Range(0, 2).Select(_ => Task.Run(() => PruneAsync(default))));

        await AssertOnlyKeptAsync();
    }

    [Theory]
    [InlineData(1)]
    [InlineData(3)]
    public async Task Pruning_that_is_cut_off_midway_is_finished_by_the_next(int deletions)
    {
        using var stop = new CancellationTokenSource();
        _store.Before = (key, _) =>
        {
            if (key.EndsWith("/run.json", StringComparison.Ordinal) && Interlocked.Decrement(ref deletions) < 0)
            {
                stop.Cancel();
                stop.Token.ThrowIfCancellationRequested();
            }
        };
        await Assert.ThrowsAnyAsync<OperationCanceledException>(() => PruneAsync(stop.Token));
        Assert.True(await _store.ListAsync(ContentPrefix.Under("runs")).AnyAsync(key => key.Value.StartsWith("runs/l", StringComparison.Ordinal)));

        _store.Before = (_, _) => { };
        await PruneAsync(default);

        await AssertOnlyKeptAsync();
    }

    private Task PruneAsync(CancellationToken stopping) =>
        new TimerFunctions(_app.Get<RetentionTimer>(), _app.Get<RunPruner>(), _app.Get<UpgradedRuns>()).PruneAsync(new(), _app.Client, stopping);

    private async Task AssertOnlyKeptAsync()
    {
        Assert.Equal(["kept"], await _store.ListAsync(ContentPrefix.Under("runs")).Select(key => key.Value.Split('/')[1]).Distinct().ToListAsync());
        Assert.Equal(["kept"], await _app.Client.GetAllInstancesAsync().Select(instance => instance.InstanceId).ToListAsync());
        Assert.Equal(RunStatus.Completed, (await _app.Get<RunStore>().FindAsync("kept", default))!.Status);
    }
}
