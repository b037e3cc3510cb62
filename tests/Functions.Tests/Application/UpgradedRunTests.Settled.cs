using System.Text;
using Orchestrator.Activities.Runs;
using Orchestrator.Functions.Application;
using Orchestrator.Functions.Orchestrations;
using Orchestrator.LocalHost.Journal;
using Orchestrator.Storage;
using Orchestrator.Workflows.Runs;

namespace Orchestrator.Functions.Tests.Application;

/// <summary>
/// Failed instances stay until their runs are deleted: what is settled is not read again, and what is not is found by any later look.
/// </summary>
public sealed partial class UpgradedRunTests
{
    private static readonly ContentKey Settled = ContentKey.Of("upgrades", "settled.json");

    [Fact]
    public async Task Runs_that_have_ended_or_gone_on_are_not_read_again_by_any_process()
    {
        var (journal, store, models) = await LeaveSettledAsync();
        await using var app = await AppHost.StartAsync(journal, store, models: models, version: OrchestrationVersion.Current);
        var read = ReadRuns(store);

        await app.Get<UpgradedRuns>().ResumeAsync(app.Client, default);

        Assert.Empty(read);
    }

    [Theory]
    [InlineData("", true)]
    [InlineData("""{"format":1,"instances":null}""", true)]
    [InlineData("""{"format":2,"settled":{}}""", false)]
    public async Task Without_the_names_of_settled_instances_all_are_read_and_a_newer_version_keeps_its_own(string content, bool isWrittenAnew)
    {
        var (journal, store, models) = await LeaveSettledAsync();
        var before = (await store.GetAsync(Settled))!.Bytes.ToArray();
        await store.PutAsync(Settled, Encoding.UTF8.GetBytes(content));
        await using var app = await AppHost.StartAsync(journal, store, models: models, version: OrchestrationVersion.Current);
        var read = ReadRuns(store);

        await app.Get<UpgradedRuns>().ResumeAsync(app.Client, default);

        Assert.Equal(["runs/r1/run.json", "runs/r2/run.json"], read.Distinct().Order(StringComparer.Ordinal));
        Assert.Equal(isWrittenAnew ? Encoding.UTF8.GetString(before) : content, Encoding.UTF8.GetString((await store.GetAsync(Settled))!.Bytes.Span));
    }

    [Fact]
    public async Task Next_run_of_the_id_of_a_settled_one_is_resumed()
    {
        var (journal, store, models) = await LeaveSettledAsync();
        await using (var app = await AppHost.StartAsync(journal, store, models: models))
        {
            await app.Get<RunDeleter>().DeleteAsync(app.Client, "r1", default);
            await app.Get<RunDeleter>().DeleteAsync(app.Client, "r2", default);
        }

        await LeaveAsync(journal, store, models);
        await using var next = await UpgradeAsync(journal, store, models);
        await next.Get<UpgradedRuns>().ResumeAsync(next.Client, default);

        Assert.Equal(2, (await RecordAsync(next)).Attempt);
        Assert.Equal("""{"format":1,"instances":[]}""", Encoding.UTF8.GetString((await store.GetAsync(Settled))!.Bytes.Span));
    }

    [Theory]
    [InlineData("runs/r1/run.json")]
    [InlineData("runs/r1/log")]
    [InlineData("runs/r1/control")]
    [InlineData("upgrades/settled.json")]
    public async Task Run_that_could_not_be_read_is_found_by_a_later_look_though_others_were_settled_meanwhile(string beginning)
    {
        var (journal, store, models) = (new MemoryJournal(), new TroubledStore(), new HeldModels());
        await LeaveAsync(journal, store, models, others: "r2");
        await using (var app = await UpgradeAsync(journal, store, models))
        {
            await CancelOtherAsync(app);
            store.Before = (key, _) =>
            {
                if (key.StartsWith(beginning, StringComparison.Ordinal))
                {
                    throw new ContentStoreException(key, "the store is away");
                }
            };
            await app.Get<UpgradedRuns>().ResumeAsync(app.Client, default);
            await app.Get<UpgradedRuns>().ResumeAsync(app.Client, default);
            store.Before = (_, _) => { };
            Assert.Equal(1, (await RecordAsync(app)).Attempt);
        }

        await using var later = await AppHost.StartAsync(journal, store, models: models, version: OrchestrationVersion.Current);
        await later.Get<UpgradedRuns>().ResumeAsync(later.Client, default);

        Assert.Equal(2, (await RecordAsync(later)).Attempt);
    }

    [Fact]
    public async Task Run_is_resumed_though_the_names_of_settled_instances_cannot_be_written()
    {
        var (journal, store, models) = (new MemoryJournal(), new TroubledStore(), new HeldModels());
        await LeaveAsync(journal, store, models, others: "r2");
        await using var app = await UpgradeAsync(journal, store, models);
        await CancelOtherAsync(app);
        await app.Get<RunReconciler>().FindAsync(app.Client, "r2", default);
        var refused = 0;
        store.Before = (key, content) =>
        {
            if (key == Settled.Value && content.Length > 0)
            {
                refused++;
                throw new ContentStoreException(key, "the disk is full");
            }
        };

        await app.Get<UpgradedRuns>().ResumeAsync(app.Client, default);

        Assert.Equal((1, 2), (refused, (await RecordAsync(app)).Attempt));
    }

    [Fact]
    public async Task Pruning_keeps_an_interrupted_run_with_what_it_goes_on_from_and_deletes_it_when_it_has_ended()
    {
        await using var app = await UpgradeAsync();
        await ShownAsync(app);
        var later = DateTimeOffset.UtcNow.AddDays(1);

        var kept = await app.Get<RunPruner>().PruneAsync(app.Client, later, default);
        await app.Get<UpgradedRuns>().ResumeAsync(app.Client, default);
        (await _models.NextAsync()).SetResult("too");
        var run = await app.WaitAsync("r1.2", "r1");
        await app.Get<UpgradedRuns>().ResumeAsync(app.Client, default);
        var pruned = await app.Get<RunPruner>().PruneAsync(app.Client, later, default);
        await app.Get<UpgradedRuns>().ResumeAsync(app.Client, default);

        Assert.Equal((0, 0, 0, "r1"), (kept.Runs.Count, kept.Leftovers.Count, kept.Definitions, Assert.Single(kept.Open)));
        Assert.Equal((RunStatus.Completed, "done"), (run.Status, run.Outputs!["a"]!.GetValue<string>()));
        Assert.Equal("r1", Assert.Single(pruned.Runs).RunId);
        Assert.Equal((null, null), (await app.Client.GetInstanceAsync("r1"), await app.Client.GetInstanceAsync("r1.2")));
        Assert.Equal("""{"format":1,"instances":[]}""", Encoding.UTF8.GetString((await _store.GetAsync(Settled))!.Bytes.Span));
    }

    /// <summary>
    /// Two runs that an upgrade interrupted, of which <c>r1</c> went on and completed and <c>r2</c> was cancelled, and a look that saw that.
    /// </summary>
    private async Task<(MemoryJournal Journal, TroubledStore Store, HeldModels Models)> LeaveSettledAsync()
    {
        var (journal, store, models) = (new MemoryJournal(), new TroubledStore(), new HeldModels());
        await LeaveAsync(journal, store, models, others: "r2");
        await using var app = await UpgradeAsync(journal, store, models);
        await CancelOtherAsync(app);
        await app.Get<UpgradedRuns>().ResumeAsync(app.Client, default);
        (await models.NextAsync()).SetResult("too");
        Assert.Equal(RunStatus.Completed, (await app.WaitAsync("r1.2", "r1")).Status);
        await app.Get<UpgradedRuns>().ResumeAsync(app.Client, default);
        return (journal, store, models);
    }

    private static async Task CancelOtherAsync(AppHost app)
    {
        await app.Client.WaitForInstanceCompletionAsync("r2", default);
        await app.Get<RunControl>().CancelAsync(await app.IdentityAsync("r2"), 1, "cancel", default);
    }

    /// <summary>The keys of runs that are read from now on.</summary>
    private static List<string> ReadRuns(TroubledStore store)
    {
        var read = new List<string>();
        store.Before = (key, content) =>
        {
            if (content.Length == 0 && key.StartsWith("runs/", StringComparison.Ordinal))
            {
                read.Add(key);
            }
        };
        return read;
    }
}
