using Orchestrator.Activities.Runs;
using Orchestrator.Functions.Runs;
using Orchestrator.Functions.Tests.LocalHost;

namespace Orchestrator.Functions.Tests.Resuming;

/// <summary>A pruning decides on what it saw; what became of a run since then decides whether it goes.</summary>
[Trait("Trust", "18")]
public sealed class DeletionLookTests : IAsyncLifetime
{
    private const string Definition = """{ "steps": [ { "id": "a", "prompt": "A." } ] }""";

    private AppHost _app = null!;

    public async Task InitializeAsync() => _app = await AppHost.StartAsync();

    public async Task DisposeAsync() => await _app.DisposeAsync();

    [Fact]
    public async Task Run_that_began_under_the_id_of_leftovers_is_not_finished_off()
    {
        await _app.StartRunAsync("nightly", Definition, """{ "a": [ { "output": "late", "latencyMs": 600000 } ] }""");

        await Assert.ThrowsAsync<RunNotFoundException>(() => _app.Get<RunControls>().FinishDeletionAsync(_app.Client, "nightly", CancellationToken.None));

        Assert.False((await _app.Get<RunReconciler>().FindAsync(_app.Client, "nightly", CancellationToken.None))!.HasEnded);
    }

    [Fact]
    public async Task Run_that_ended_later_than_the_pruning_is_for_stays()
    {
        await _app.StartRunAsync("resumed", Definition, """{ "a": [ { "output": "A" } ] }""");
        await _app.WaitAsync("resumed");
        var ended = (await _app.Get<RunStore>().FindAsync("resumed", CancellationToken.None))!.CompletedAt!.Value;
        var controls = _app.Get<RunControls>();

        await Assert.ThrowsAsync<RunNotFoundException>(() => controls.DeleteAsync(_app.Client, "resumed", ended, CancellationToken.None));
        Assert.NotNull(await _app.Get<RunStore>().FindAsync("resumed", CancellationToken.None));

        await controls.DeleteAsync(_app.Client, "resumed", ended.AddTicks(1), CancellationToken.None);
        Assert.Null(await _app.Get<RunStore>().FindAsync("resumed", CancellationToken.None));
    }
}
