using System.Security.Cryptography;
using System.Text;
using System.Text.Json.Nodes;
using Microsoft.Extensions.Time.Testing;
using Orchestrator.Activities.Catalog;
using Orchestrator.Activities.Catalog.Workflows;
using Orchestrator.Activities.Execution;
using Orchestrator.Activities.Feed;
using Orchestrator.Activities.Retention;
using Orchestrator.Activities.Runs;
using Orchestrator.Activities.Tests.Runs;
using Orchestrator.Activities.Tools;
using Orchestrator.Storage;
using Orchestrator.Testing.Stores;
using Orchestrator.Workflows.Runs;

namespace Orchestrator.Activities.Tests.Retention;

public sealed class ContentPrunerTests
{
    private static readonly string Hash = Convert.ToHexStringLower(SHA256.HashData("text"u8));

    private readonly FakeTimeProvider _time = new(new DateTimeOffset(2026, 1, 1, 0, 0, 0, TimeSpan.Zero));
    private readonly WatchedStore _store = new();

    [Fact]
    public async Task Runs_that_ended_before_the_time_are_reported_and_others_are_kept()
    {
        await AddAsync("old", RunStatus.Completed, age: 40);
        await AddAsync("older", RunStatus.Failed, age: 50);
        await AddAsync("new", RunStatus.Completed, age: 20);
        await AddAsync("open", RunStatus.Running, age: 60);
        await AddAsync("bad", RunStatus.Completed, age: 60);
        await _store.PutAsync(ContentKey.Of("runs", "bad", "run.json"), "{"u8.ToArray());

        var report = await PruneAsync(days: 30);

        Assert.Equal(["old", "older"], report.Runs.Select(run => run.RunId));
        Assert.Equal(["open"], report.Open);
        Assert.Equal(["bad"], report.Unreadable);
        Assert.Empty((await PruneAsync(days: null)).Runs);
    }

    [Fact]
    public async Task Idempotency_key_is_deleted_after_a_day_unless_it_is_taken_again_meanwhile()
    {
        var keys = new StartKeys(_store, _time);
        await keys.TakeAsync("first", "request", "r1", CancellationToken.None);
        _time.Advance(TimeSpan.FromHours(23));
        await keys.TakeAsync("second", "request", "r2", CancellationToken.None);
        Assert.Equal(0, (await PruneAsync(days: null)).StartKeys);
        _time.Advance(TimeSpan.FromHours(2));
        Assert.Equal(1, (await PruneAsync(days: null, dryRun: true)).StartKeys);

        _store.BeforeDelete = () => keys.TakeAsync("first", "request", "r3", CancellationToken.None);
        Assert.Equal(0, (await PruneAsync(days: null)).StartKeys);
        Assert.Equal("r3", (await keys.FindAsync("first", CancellationToken.None))!.RunId);

        _time.Advance(TimeSpan.FromHours(25));
        Assert.Equal(2, (await PruneAsync(days: null)).StartKeys);
        Assert.Empty(await _store.ListAsync(ContentPrefix.Under("idempotency")).ToListAsync());
    }

    [Fact]
    public async Task Kept_answers_are_deleted_with_runs_of_their_age_and_damaged_ones_at_once()
    {
        var cache = new AnswerCache(_store, _time);
        await cache.KeepAsync(Hash, JsonValue.Create("old"));
        _time.Advance(TimeSpan.FromDays(20));
        await cache.KeepAsync(new string('b', 64), JsonValue.Create("new"));

        Assert.Equal(0, (await PruneAsync(days: null)).Answers);
        Assert.Equal(1, (await PruneAsync(days: 10)).Answers);
        Assert.Null(await cache.FindAsync(Hash, CancellationToken.None));
        Assert.NotNull(await cache.FindAsync(new string('b', 64), CancellationToken.None));
        await _store.PutAsync(ContentKey.Of("cache", new string('b', 64)), "{"u8.ToArray());
        Assert.Equal(1, (await PruneAsync(days: null)).Answers);
    }

    [Fact]
    public async Task Unused_definition_is_set_aside_for_a_day_and_found_there()
    {
        var runs = new RunStore(_store);
        await runs.PutDefinitionAsync(Hash, "text"u8.ToArray(), CancellationToken.None);

        Assert.Equal(1, (await PruneAsync(days: null)).Definitions);
        Assert.Equal("text", Encoding.UTF8.GetString((await runs.GetDefinitionAsync(Hash, CancellationToken.None))!.Value.Span));
        _time.Advance(TimeSpan.FromHours(23));
        Assert.Equal(0, (await PruneAsync(days: null)).Definitions);
        Assert.NotNull(await runs.GetDefinitionAsync(Hash, CancellationToken.None));
        _time.Advance(TimeSpan.FromHours(1));
        Assert.Equal(1, (await PruneAsync(days: null)).Definitions);
        Assert.Null(await runs.GetDefinitionAsync(Hash, CancellationToken.None));
        Assert.Empty(await _store.ListAsync(ContentPrefix.All).ToListAsync());
    }

    [Fact]
    public async Task Definition_of_a_start_that_was_under_way_is_put_back()
    {
        var runs = new RunStore(_store);
        await runs.PutDefinitionAsync(Hash, "text"u8.ToArray(), CancellationToken.None);
        await PruneAsync(days: null);
        await AddAsync("slow", RunStatus.Pending, age: 0);
        _time.Advance(TimeSpan.FromDays(2));

        Assert.Equal(0, (await PruneAsync(days: null)).Definitions);

        Assert.Equal([$"definitions/{Hash}"], (await _store.ListAsync(ContentPrefix.Under("definitions")).ToListAsync()).Select(key => key.Value));
    }

    [Fact]
    public async Task Definition_that_is_put_back_while_it_is_looked_for_is_found()
    {
        var store = new FailingStore();
        var (place, aside) = (ContentKey.Of("definitions", Hash), ContentKey.Of("definitions", $"unused-{1:D19}-{Hash}"));
        await store.PutAsync(aside, "text"u8.ToArray());
        var reads = 0;
        store.OnOperation = memory =>
        {
            // Between the look at its own place and the read of what was seen aside.
            if (++reads == 2)
            {
                memory.PutAsync(place, "text"u8.ToArray()).GetAwaiter().GetResult();
                memory.DeleteAsync(aside).GetAwaiter().GetResult();
            }
        };

        Assert.Equal("text", Encoding.UTF8.GetString((await new RunStore(store).GetDefinitionAsync(Hash, CancellationToken.None))!.Value.Span));
    }

    [Fact]
    public async Task Definition_is_kept_for_stored_workflows_and_while_a_record_cannot_be_read()
    {
        var workflows = Workflows();
        await workflows.PutAsync("one", null, """{ "steps": [ { "id": "a", "prompt": "1" } ] }"""u8.ToArray(), WriteCondition.None, CancellationToken.None);
        await workflows.PutAsync("one", null, """{ "steps": [ { "id": "a", "prompt": "2" } ] }"""u8.ToArray(), WriteCondition.None, CancellationToken.None);
        Assert.Equal(0, (await PruneAsync(days: null)).Definitions);

        await new RunStore(_store).PutDefinitionAsync(Hash, "text"u8.ToArray(), CancellationToken.None);
        await _store.PutAsync(ContentKey.Of("runs", "bad", "run.json"), "{"u8.ToArray());
        Assert.Equal(0, (await PruneAsync(days: null)).Definitions);

        await _store.DeleteAsync(ContentKey.Of("runs", "bad", "run.json"));
        Assert.Equal(1, (await PruneAsync(days: null)).Definitions);
        await workflows.DeleteAsync("one", null, WriteCondition.None, CancellationToken.None);
        Assert.Equal(2, (await PruneAsync(days: null)).Definitions);
    }

    [Theory]
    [InlineData("prepared-1.json", true)]
    [InlineData("prepared-2-0123456789abcdef.json", true)]
    [InlineData("events-0.jsonl", true)]
    [InlineData("steps/a/1-1.json", true)]
    [InlineData("results.csv", false)]
    [InlineData("steps/a/b/1-1.json", false)]
    [InlineData("prepared.json", false)]
    public async Task Parts_without_a_record_are_leftovers_and_files_of_others_are_not(string name, bool ours)
    {
        await _store.PutAsync(ContentKey.Parse($"runs/lost/{name}"), "x"u8.ToArray());
        await _store.PutAsync(ContentKey.Parse("runs/experiment/control.json"), "x"u8.ToArray());
        await _store.PutAsync(ContentKey.Parse("runs/experiment/data.csv"), "x"u8.ToArray());

        var report = await PruneAsync(days: 0);

        Assert.Equal(ours ? ["lost"] : [], report.Leftovers);
    }

    [Fact]
    public async Task Index_entries_without_a_run_are_deleted_and_a_run_without_an_entry_gets_one()
    {
        var runs = new RunStore(_store);
        await AddAsync("gone", RunStatus.Completed, age: 3);
        await _store.DeleteAsync(ContentKey.Of("runs", "gone", "run.json"));
        await AddAsync("unlisted", RunStatus.Completed, age: 2);
        await _store.DeleteAsync(ContentPrefix.Under("index", "_"));
        await runs.AddToIndexAsync(Record("gone", RunStatus.Completed, 3), CancellationToken.None);
        await _store.PutAsync(ContentKey.Of("index", "_", "notes-of-mine"), "x"u8.ToArray());

        await PruneAsync(days: null);

        Assert.Equal("unlisted", Assert.Single((await new RunLister(_store, runs, TimeProvider.System).ListAsync(new RunFilter(), CancellationToken.None)).Runs).RunId);
        var left = await _store.ListAsync(ContentPrefix.Under("index")).ToListAsync();
        Assert.Equal(["notes-of-mine"], left.Select(key => key.Value.Split('/')[^1]).Where(name => !name.EndsWith("-unlisted", StringComparison.Ordinal)));
        Assert.Equal(2, left.Count);
    }

    [Fact]
    public async Task Run_that_is_being_deleted_is_hidden_and_an_interrupted_deletion_is_found()
    {
        for (var kill = 0; ; kill++)
        {
            var runs = new RunStore(_store);
            await AddAsync("old", RunStatus.Completed, age: 40);
            await _store.PutAsync(ContentKey.Parse("runs/old/steps/a/1-1.json"), "x"u8.ToArray());
            await _store.PutAsync(ContentKey.Parse("runs/old/prepared-1.json"), "x"u8.ToArray());
            var deletion = new RunDeletion(_store, runs, _time);
            _store.WritesUntilKill = kill;
            var killed = false;
            try
            {
                var record = await deletion.BeginAsync("old", run => run.HasEnded, CancellationToken.None);
                await deletion.FinishAsync("old", record, CancellationToken.None);
            }
            catch (ContentStoreException)
            {
                killed = true;
            }

            _store.WritesUntilKill = null;
            if (kill > 0)
            {
                Assert.Null(await runs.FindAsync("old", CancellationToken.None));
                Assert.Empty((await new RunLister(_store, runs, TimeProvider.System).ListAsync(new RunFilter(), CancellationToken.None)).Runs);
            }

            var report = await PruneAsync(days: 30);
            foreach (var runId in report.Leftovers.Concat(report.Runs.Select(run => run.RunId)))
            {
                await deletion.FinishAsync(runId, await deletion.BeginAsync(runId, _ => true, CancellationToken.None), CancellationToken.None);
            }

            Assert.Empty(await _store.ListAsync(ContentPrefix.Under("runs")).ToListAsync());
            Assert.Empty(await _store.ListAsync(ContentPrefix.Under("index")).ToListAsync());
            if (!killed)
            {
                Assert.True(kill > 4, $"a deletion of five values took {kill} writes");
                return;
            }
        }
    }

    [Fact]
    public async Task Kill_at_any_write_of_a_pruning_loses_nothing_that_is_used()
    {
        for (var kill = 0; ; kill++)
        {
            var runs = new RunStore(_store);
            await runs.PutDefinitionAsync(Hash, "text"u8.ToArray(), CancellationToken.None);
            await runs.PutDefinitionAsync(new string('b', 64), "unused"u8.ToArray(), CancellationToken.None);
            await AddAsync($"kept{kill}", RunStatus.Completed, age: 1);
            await new StartKeys(_store, _time).TakeAsync($"key{kill}", "request", "r1", CancellationToken.None);
            _time.Advance(TimeSpan.FromHours(25));
            _store.WritesUntilKill = kill;
            var killed = false;
            try
            {
                await PruneAsync(days: 30);
            }
            catch (ContentStoreException)
            {
                killed = true;
            }

            _store.WritesUntilKill = null;
            Assert.NotNull(await runs.GetDefinitionAsync(Hash, CancellationToken.None));
            Assert.NotNull(await runs.FindAsync($"kept{kill}", CancellationToken.None));
            if (!killed)
            {
                _time.Advance(TimeSpan.FromHours(25));
                await PruneAsync(days: 30);
                Assert.Equal([$"definitions/{Hash}"], (await _store.ListAsync(ContentPrefix.Under("definitions")).ToListAsync()).Select(key => key.Value));
                Assert.Empty(await _store.ListAsync(ContentPrefix.Under("idempotency")).ToListAsync());
                return;
            }
        }
    }

    [Fact]
    public async Task Resume_during_a_deletion_is_refused_and_leaves_nothing()
    {
        var runs = new TestRuns(_store).Runs;
        await AddAsync("old", RunStatus.Failed, age: 40);
        await new RunDeletion(_store, runs, _time).BeginAsync("old", run => run.HasEnded, CancellationToken.None);

        await Assert.ThrowsAsync<KeyNotFoundException>(() => runs.UpdateAsync("old", run => run with { Status = RunStatus.Pending }, CancellationToken.None));
        Assert.False(await runs.CreateAsync(Record("old", RunStatus.Pending, 0), CancellationToken.None));
    }

    private WorkflowStore Workflows() => new(_store, new RunStore(_store), new ToolSet([]), _time);

    private Task<PruneReport> PruneAsync(int? days, bool dryRun = false) => new ContentPruner(_store, new RunStore(_store), Workflows(), _time)
        .PruneAsync(days is { } number ? _time.GetUtcNow() - TimeSpan.FromDays(number) : null, dryRun, CancellationToken.None);

    private async Task AddAsync(string runId, RunStatus status, int age)
    {
        var runs = new RunStore(_store);
        var record = Record(runId, status, age);
        await runs.CreateAsync(record, CancellationToken.None);
        await runs.AddToIndexAsync(record, CancellationToken.None);
    }

    private RunRecord Record(string runId, RunStatus status, int age)
    {
        var at = _time.GetUtcNow() - TimeSpan.FromDays(age);
        var record = new RunRecord { RunId = runId, Workflow = "one", DefinitionHash = Hash, CreatedAt = at, Status = status };
        return record.HasEnded ? record with { CompletedAt = at } : record;
    }
}
