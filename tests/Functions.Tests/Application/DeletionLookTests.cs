using Orchestrator.Activities.Records;
using Orchestrator.Activities.RunLogs;
using Orchestrator.Functions.Application;
using Orchestrator.Storage.Files;
using Orchestrator.Testing;

namespace Orchestrator.Functions.Tests.Application;

/// <summary>A pruning chooses runs by a listing; a run that has changed since then is kept.</summary>
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

        await Assert.ThrowsAsync<RunNotFoundException>(
            () => _app.Get<RunDeleter>().FinishDeletionAsync(_app.Client, "nightly", CancellationToken.None));

        Assert.False((await _app.Get<RunReconciler>().FindAsync(_app.Client, "nightly", CancellationToken.None))!.HasEnded);
    }

    [Fact]
    public async Task Run_that_ended_later_than_the_pruning_is_for_stays()
    {
        await _app.StartRunAsync("resumed", Definition, """{ "a": [ { "output": "A" } ] }""");
        await _app.WaitAsync("resumed");
        var ended = (await _app.Get<RunStore>().FindAsync("resumed", CancellationToken.None))!.CompletedAt!.Value;
        var deleter = _app.Get<RunDeleter>();

        await Assert.ThrowsAsync<RunNotFoundException>(() => deleter.DeleteAsync(_app.Client, "resumed", ended, CancellationToken.None));
        Assert.NotNull(await _app.Get<RunStore>().FindAsync("resumed", CancellationToken.None));

        await deleter.DeleteAsync(_app.Client, "resumed", ended.AddTicks(1), CancellationToken.None);
        Assert.Null(await _app.Get<RunStore>().FindAsync("resumed", CancellationToken.None));
    }

    [Fact]
    public async Task Deletion_that_another_one_overtook_has_nothing_to_do_with_the_next_run_of_the_id()
    {
        await _app.StartRunAsync("x", Definition, """{ "a": [ { "output": "A" } ] }""");
        await _app.WaitAsync("x");
        var before = await _app.Get<RunStore>().FindAsync("x", CancellationToken.None);
        var deletion = _app.Get<RunDeletion>();
        Assert.NotNull(await deletion.BeginAsync("x", _ => true, CancellationToken.None));
        Assert.True(await deletion.IsUnderWayAsync("x", before, CancellationToken.None));

        await _app.Get<RunDeleter>().DeleteAsync(_app.Client, "x", CancellationToken.None);
        await _app.StartRunAsync("x", Definition, """{ "a": [ { "output": "late", "latencyMs": 600000 } ] }""");

        Assert.False(await deletion.IsUnderWayAsync("x", before, CancellationToken.None));
        Assert.False(await deletion.IsUnderWayAsync("x", null, CancellationToken.None));
    }

    [Fact]
    public async Task Of_several_deletions_at_once_one_deletes_and_the_others_find_no_run()
    {
        using var folder = new TempFolder();
        await using var app = await AppHost.StartAsync(store: new FileContentStore(folder.Path, TimeProvider.System, StoreFolders.All));
        await app.StartRunAsync("x", Definition, """{ "a": [ { "output": "A" } ] }""");
        await app.WaitAsync("x");

        var ends = await Task.WhenAll(Enumerable.Range(0, 8).Select(_ => Task.Run(async () =>
            await Record.ExceptionAsync(() => app.Get<RunDeleter>().DeleteAsync(app.Client, "x", CancellationToken.None)))));

        Assert.Single(ends, end => end is null);
        Assert.All(ends.OfType<Exception>(), end => Assert.IsType<RunNotFoundException>(end));
    }
}
