using System.Text.Json.Nodes;
using Orchestrator.Activities.Execution;
using Orchestrator.Activities.Feed;
using Orchestrator.Activities.RunLogs;
using Orchestrator.Activities.Runs;
using Orchestrator.Activities.Tests.Runs;
using Orchestrator.Storage;
using Orchestrator.Workflows.Runs;

namespace Orchestrator.Activities.Tests.Retention;

public sealed class ContentPrunerTests : PruningTestBase
{
    [Fact]
    public async Task Runs_that_ended_before_the_time_are_reported_and_others_are_kept()
    {
        await AddAsync("old", RunStatus.Completed, age: 40);
        await AddAsync("older", RunStatus.Failed, age: 50);
        await AddAsync("new", RunStatus.Completed, age: 20);
        await AddAsync("open", RunStatus.Running, age: 60);
        await AddAsync("bad", RunStatus.Completed, age: 60);
        await Store.PutAsync(ContentKey.Of("runs", "bad", "run.json"), "{"u8.ToArray());

        var report = await PruneAsync(days: 30);

        Assert.Equal(["old", "older"], report.Runs.Select(run => run.RunId));
        Assert.Equal(["open"], report.Open);
        Assert.Equal(["bad"], report.Unreadable);
        Assert.Empty((await PruneAsync(days: null)).Runs);
    }

    [Fact]
    public async Task Idempotency_key_is_deleted_after_a_day_unless_it_is_taken_again_meanwhile()
    {
        var keys = new StartKeys(Store, Time);
        await keys.TakeAsync("first", "request", "r1", CancellationToken.None);
        Time.Advance(TimeSpan.FromHours(23));
        await keys.TakeAsync("second", "request", "r2", CancellationToken.None);
        Assert.Equal(0, (await PruneAsync(days: null)).StartKeys);
        Time.Advance(TimeSpan.FromHours(2));
        Assert.Equal(1, (await PruneAsync(days: null, dryRun: true)).StartKeys);

        Store.BeforeDelete = () => keys.TakeAsync("first", "request", "r3", CancellationToken.None);
        Assert.Equal(0, (await PruneAsync(days: null)).StartKeys);
        Assert.Equal("r3", (await keys.FindAsync("first", CancellationToken.None))!.RunId);

        Time.Advance(TimeSpan.FromHours(25));
        Assert.Equal(2, (await PruneAsync(days: null)).StartKeys);
        Assert.Empty(await Store.ListAsync(ContentPrefix.Under("idempotency")).ToListAsync());
    }

    [Fact]
    public async Task Kept_answers_are_deleted_with_runs_of_their_age_and_damaged_ones_at_once()
    {
        var cache = new AnswerCache(Store, Time);
        await cache.KeepAsync(Hash, JsonValue.Create("old"));
        Time.Advance(TimeSpan.FromDays(20));
        await cache.KeepAsync(new string('b', 64), JsonValue.Create("new"));

        Assert.Equal(0, (await PruneAsync(days: null)).Answers);
        Assert.Equal(1, (await PruneAsync(days: 10)).Answers);
        Assert.Null(await cache.FindAsync(Hash, CancellationToken.None));
        Assert.NotNull(await cache.FindAsync(new string('b', 64), CancellationToken.None));
        await Store.PutAsync(ContentKey.Of("cache", new string('b', 64)), "{"u8.ToArray());
        Assert.Equal(1, (await PruneAsync(days: null)).Answers);
    }

    [Theory]
    [InlineData("prepared-1.json", true)]
    [InlineData("prepared-2-0123456789abcdef.json", true)]
    [InlineData("log-0.jsonl", true)]
    [InlineData("text-0.jsonl", true)]
    [InlineData("outputs/e3b0c44298fc1c149afbf4c8996fb92427ae41e4649b934ca495991b7852b855", true)]
    [InlineData("claims/a/1-1.json", true)]
    [InlineData("steps/a/1-1.json", true)]
    [InlineData("events-0.jsonl", true)]
    [InlineData("results.csv", false)]
    [InlineData("claims/a/b/1-1.json", false)]
    [InlineData("outputs/table.csv", false)]
    [InlineData("steps/a/steps.json", false)]
    [InlineData("steps/notes.json", false)]
    [InlineData("prepared.json", false)]
    public async Task Parts_without_a_record_are_leftovers_and_files_of_others_are_not(string name, bool ours)
    {
        await Store.PutAsync(ContentKey.Parse($"runs/lost/{name}"), "x"u8.ToArray());
        await Store.PutAsync(ContentKey.Parse("runs/experiment/control.json"), "x"u8.ToArray());
        await Store.PutAsync(ContentKey.Parse("runs/experiment/data.csv"), "x"u8.ToArray());

        var report = await PruneAsync(days: 0);

        Assert.Equal(ours ? ["lost"] : [], report.Leftovers);
    }

    [Fact]
    public async Task Index_entries_without_a_run_are_deleted_and_a_run_without_an_entry_gets_one()
    {
        var runs = new RunStore(Store, new RunLogStore(Store));
        await AddAsync("gone", RunStatus.Completed, age: 3);
        await Store.DeleteAsync(ContentKey.Of("runs", "gone", "run.json"));
        await AddAsync("unlisted", RunStatus.Completed, age: 2);
        await Store.DeleteAsync(ContentPrefix.Under("index", "_"));
        await runs.AddToIndexAsync(Record("gone", RunStatus.Completed, 3), CancellationToken.None);
        await Store.PutAsync(ContentKey.Of("index", "_", "notes-of-mine"), "x"u8.ToArray());

        await PruneAsync(days: null);

        Assert.Equal(
            "unlisted",
            Assert.Single((await new RunLister(Store, runs, TimeProvider.System).ListAsync(new RunFilter(), CancellationToken.None)).Runs).RunId);
        var left = await Store.ListAsync(ContentPrefix.Under("index")).ToListAsync();
        Assert.Equal(
            ["notes-of-mine"], left.Select(key => key.Value.Split('/')[^1]).Where(name => !name.EndsWith("-unlisted", StringComparison.Ordinal)));
        Assert.Equal(2, left.Count);
    }

    [Fact]
    public async Task Run_that_is_being_deleted_is_hidden_and_an_interrupted_deletion_is_found()
    {
        for (var kill = 0; ; kill++)
        {
            var runs = new RunStore(Store, new RunLogStore(Store));
            await AddAsync("old", RunStatus.Completed, age: 40);
            await Store.PutAsync(ContentKey.Parse("runs/old/log-0.jsonl"), "x"u8.ToArray());
            await Store.PutAsync(ContentKey.Parse("runs/old/prepared-1.json"), "x"u8.ToArray());
            var deletion = new RunDeletion(Store, runs, Time);
            Store.WritesUntilKill = kill;
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

            Store.WritesUntilKill = null;
            if (kill > 0)
            {
                Assert.Null(await runs.FindAsync("old", CancellationToken.None));
                Assert.Empty((await new RunLister(Store, runs, TimeProvider.System).ListAsync(new RunFilter(), CancellationToken.None)).Runs);
            }

            var report = await PruneAsync(days: 30);
            foreach (var runId in report.Leftovers.Concat(report.Runs.Select(run => run.RunId)))
            {
                await deletion.FinishAsync(runId, await deletion.BeginAsync(runId, _ => true, CancellationToken.None), CancellationToken.None);
            }

            Assert.Empty(await Store.ListAsync(ContentPrefix.Under("runs")).ToListAsync());
            Assert.Empty(await Store.ListAsync(ContentPrefix.Under("index")).ToListAsync());
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
            var (runs, definitions) = (new RunStore(Store, new RunLogStore(Store)), new DefinitionStore(Store));
            await definitions.PutAsync(Hash, "text"u8.ToArray(), CancellationToken.None);
            await definitions.PutAsync(new string('b', 64), "unused"u8.ToArray(), CancellationToken.None);
            await AddAsync($"kept{kill}", RunStatus.Completed, age: 1);
            await new StartKeys(Store, Time).TakeAsync($"key{kill}", "request", "r1", CancellationToken.None);
            Time.Advance(TimeSpan.FromHours(25));
            Store.WritesUntilKill = kill;
            var killed = false;
            try
            {
                await PruneAsync(days: 30);
            }
            catch (ContentStoreException)
            {
                killed = true;
            }

            Store.WritesUntilKill = null;
            Assert.NotNull(await definitions.GetAsync(Hash, CancellationToken.None));
            Assert.NotNull(await runs.FindAsync($"kept{kill}", CancellationToken.None));
            if (!killed)
            {
                Time.Advance(TimeSpan.FromHours(25));
                await PruneAsync(days: 30);
                Assert.Equal(
                    [$"definitions/{Hash}"], (await Store.ListAsync(ContentPrefix.Under("definitions")).ToListAsync()).Select(key => key.Value));
                Assert.Empty(await Store.ListAsync(ContentPrefix.Under("idempotency")).ToListAsync());
                return;
            }
        }
    }

    [Fact]
    public async Task Resume_during_a_deletion_is_refused_and_leaves_nothing()
    {
        var runs = new TestRuns(Store).Runs;
        await AddAsync("old", RunStatus.Failed, age: 40);
        await new RunDeletion(Store, runs, Time).BeginAsync("old", run => run.HasEnded, CancellationToken.None);

        await Assert.ThrowsAsync<KeyNotFoundException>(
            () => runs.UpdateAsync("old", run => run with { Status = RunStatus.Pending }, CancellationToken.None));
        Assert.False(await runs.CreateAsync(Record("old", RunStatus.Pending, 0), CancellationToken.None));
    }
}
