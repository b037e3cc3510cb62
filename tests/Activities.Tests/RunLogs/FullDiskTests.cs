using System.Security.Cryptography;
using Microsoft.Extensions.Time.Testing;
using Orchestrator.Activities.Catalog.Workflows;
using Orchestrator.Activities.Feed;
using Orchestrator.Activities.Retention;
using Orchestrator.Activities.RunLogs;
using Orchestrator.Activities.Runs;
using Orchestrator.Activities.Tools;
using Orchestrator.Storage;
using Orchestrator.Testing.Stores;
using Orchestrator.Workflows.Runs;

namespace Orchestrator.Activities.Tests.RunLogs;

/// <summary>Deletions on a disk without a free block: they are the remedy that the message of a full disk names.</summary>
[Trait("Trust", "15")]
public class FullDiskTests
{
    private static readonly byte[] Definition = "text"u8.ToArray();
    private static readonly string Hash = Convert.ToHexStringLower(SHA256.HashData(Definition));

    private readonly FakeTimeProvider _time = new(new DateTimeOffset(2026, 1, 1, 0, 0, 0, TimeSpan.Zero));
    private readonly FullStore _store = new();

    private RunStore Runs => new(_store, new RunLogStore(_store));

    private RunDeletion Deletion => new(_store, Runs, _time);

    [Theory]
    [InlineData(1)]
    [InlineData(60)]
    public async Task Run_is_deleted_without_a_free_block_and_a_kill_at_any_write_leaves_what_a_pruning_finishes(int attempts)
    {
        for (var kill = 0; ; kill++)
        {
            await AddAsync("r1", attempts);
            _store.FreeBlocks = 0;
            _store.WritesUntilKill = kill;
            var killed = false;
            try
            {
                var record = await Deletion.BeginAsync("r1", static _ => true, CancellationToken.None);
                Assert.NotNull(record);
                Assert.True(await Runs.FindAnyAsync("r1", CancellationToken.None) is { Deleting: true } mark && mark.Attempt == record.Attempt);
                await Deletion.FinishAsync("r1", record, CancellationToken.None);
            }
            catch (ContentStoreException problem) when (!problem.IsFull)
            {
                killed = true;
            }

            _store.WritesUntilKill = null;
            _store.FreeBlocks = 0;
            var report = await PruneAsync();
            foreach (var runId in report.Runs.Select(run => run.RunId))
            {
                await Deletion.FinishAsync(runId, await Deletion.BeginAsync(runId, static _ => true, CancellationToken.None), CancellationToken.None);
            }

            foreach (var runId in report.Leftovers)
            {
                var record = await Runs.FindAnyAsync(runId, CancellationToken.None);
                Assert.True(record is not null || await Deletion.BeginAsync(runId, CancellationToken.None));
                await Deletion.FinishAsync(runId, record, CancellationToken.None);
            }

            Assert.Empty(await _store.ListAsync(ContentPrefix.Under("runs")).ToListAsync());
            Assert.Empty(await _store.ListAsync(ContentPrefix.Under("index")).ToListAsync());
            if (!killed)
            {
                Assert.True(kill > 6, $"a deletion of six values took {kill} writes");
                return;
            }

            _store.FreeBlocks = 1000;
        }
    }

    [Fact]
    public async Task Space_that_another_writer_takes_is_freed_from_the_parts()
    {
        await AddAsync("r1");
        _store.FreeBlocks = 0;
        _store.Deleted = key =>
        {
            if (key.Value.EndsWith("/run.json", StringComparison.Ordinal))
            {
                _store.FreeBlocks = 0;
            }

            return Task.CompletedTask;
        };

        Assert.NotNull(await Deletion.BeginAsync("r1", static _ => true, CancellationToken.None));

        Assert.True((await Runs.FindAnyAsync("r1", CancellationToken.None))!.Deleting);
    }

    [Fact]
    public async Task Run_that_gets_the_id_meanwhile_stays_with_all_its_parts()
    {
        await AddAsync("r1");
        _store.FreeBlocks = 0;
        _store.Deleted = async key =>
        {
            _store.Deleted = null;
            _store.FreeBlocks = 1000;
            await Runs.CreateAsync(Record("r1") with { Stamp = "second", Status = RunStatus.Pending }, CancellationToken.None);
            await _store.PutAsync(ContentKey.Parse("runs/r1/prepared-1.json"), """{ "stamp": "second" }"""u8.ToArray());
            _store.FreeBlocks = 0;
        };

        Assert.Null(await Deletion.BeginAsync("r1", static record => record.HasEnded, CancellationToken.None));

        Assert.Equal("second", (await Runs.FindAsync("r1", CancellationToken.None))!.Stamp);
        Assert.NotNull(await _store.GetAsync(ContentKey.Parse("runs/r1/prepared-1.json")));
    }

    [Fact]
    public async Task Full_disk_with_nothing_to_delete_is_named()
    {
        _store.FreeBlocks = 0;

        var problem = await Assert.ThrowsAsync<ContentStoreException>(() => Deletion.BeginAsync("r1", CancellationToken.None));

        Assert.True(problem.IsFull);
    }

    [Fact]
    public async Task Pruning_leaves_for_later_what_it_would_write()
    {
        var unlisted = Record("unlisted");
        await Runs.CreateAsync(unlisted, CancellationToken.None);
        await new DefinitionStore(_store).PutAsync(Hash, Definition, CancellationToken.None);
        var free = _store.FreeBlocks;
        _store.FreeBlocks = 0;

        var report = await PruneAsync();

        Assert.Equal(["unlisted"], report.Runs.Select(run => run.RunId));
        Assert.Equal(0, report.Definitions);
        Assert.NotNull(await new DefinitionStore(_store).GetAsync(Hash, CancellationToken.None));
        _store.FreeBlocks = free;
        Assert.Equal(1, (await PruneAsync()).Definitions);
        Assert.Equal(
            "unlisted",
            Assert.Single((await new RunLister(_store, Runs, TimeProvider.System).ListAsync(new RunFilter(), CancellationToken.None)).Runs).RunId);
    }

    private Task<PruneReport> PruneAsync() => new ContentPruner(
        _store, Runs, new WorkflowStore(_store, new DefinitionStore(_store), new ToolSet([]), _time), _time).PruneAsync(
            _time.GetUtcNow(), dryRun: false, CancellationToken.None);

    private async Task AddAsync(string runId, int attempts = 1)
    {
        var record = Record(runId) with { Attempt = attempts, Attempts = [.. Enumerable.Range(1, attempts).Select(Attempt)] };
        await Runs.CreateAsync(record, CancellationToken.None);
        await Runs.AddToIndexAsync(record, CancellationToken.None);
        foreach (var part in new[] { $"outputs/{Hash}", "claims/a/1-1.json", "prepared-1.json", "outputs-1.json" })
        {
            await _store.PutAsync(ContentKey.Parse($"runs/{runId}/{part}"), "{}"u8.ToArray());
        }
    }

    private RunAttempt Attempt(int number) => new(number)
    {
        Status = RunStatus.Failed,
        StartedAt = _time.GetUtcNow(),
        CompletedAt = _time.GetUtcNow(),
        Error = new WorkflowError(ErrorKind.Internal, "It failed."),
    };

    private RunRecord Record(string runId) => new()
    {
        RunId = runId,
        Stamp = "first",
        Workflow = "one",
        DefinitionHash = new string('a', 64),
        Status = RunStatus.Completed,
        CreatedAt = _time.GetUtcNow() - TimeSpan.FromDays(2),
        CompletedAt = _time.GetUtcNow() - TimeSpan.FromDays(1),
    };
}
