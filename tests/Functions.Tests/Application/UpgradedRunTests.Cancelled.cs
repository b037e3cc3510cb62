using Orchestrator.Activities.RunLogs;
using Orchestrator.Activities.Runs;
using Orchestrator.Functions.Application;
using Orchestrator.LocalHost.Journal;
using Orchestrator.Workflows.Runs;

namespace Orchestrator.Functions.Tests.Application;

/// <summary>Runs that an upgrade interrupted and that are or were cancelled: they are not resumed.</summary>
public sealed partial class UpgradedRunTests
{
    [Theory]
    [InlineData(false)]
    [InlineData(true)]
    public async Task Cancelled_run_is_not_resumed(bool isMarked)
    {
        await using var app = await UpgradeAsync();
        if (isMarked)
        {
            await ShownAsync(app);
            Assert.Equal(RunStatus.Cancelled, (await app.Get<RunSteering>().CancelAsync(app.Client, "r1", default)).Status);
        }
        else
        {
            await app.Get<RunControl>().CancelAsync(await app.IdentityAsync("r1"), 1, "cancel", default);
        }

        await app.Get<UpgradedRuns>().ResumeAsync(app.Client, default);

        Assert.Equal((RunStatus.Cancelled, 1), ((await RecordAsync(app)).Status, (await RecordAsync(app)).Attempt));
        Assert.Equal(RunEventNames.RunCancelled, (await EventsAsync(app))[^1].Event);
    }

    [Fact]
    public async Task Cancellation_while_the_next_attempt_is_prepared_counts()
    {
        var (journal, store, models) = (new MemoryJournal(), new TroubledStore(), new HeldModels());
        await LeaveAsync(journal, store, models);
        await using var app = await UpgradeAsync(journal, store, models);
        await ShownAsync(app);
        DoAt(store, "runs/r1/log-0.jsonl", "\"name\":\"prepared-2-", () => app.Get<RunSteering>().CancelAsync(app.Client, "r1", default));

        await app.Get<UpgradedRuns>().ResumeAsync(app.Client, default);

        Assert.Equal((RunStatus.Cancelled, 1), ((await RecordAsync(app)).Status, (await RecordAsync(app)).Attempt));
    }

    [Fact]
    public async Task Cancellation_of_a_run_that_is_resumed_at_this_moment_cancels_its_next_attempt()
    {
        var (journal, store, models) = (new MemoryJournal(), new TroubledStore(), new HeldModels());
        await LeaveAsync(journal, store, models);
        await using var app = await UpgradeAsync(journal, store, models);
        await ShownAsync(app);
        DoAt(store, "runs/r1/control", "", () => app.Get<UpgradedRuns>().ResumeAsync(app.Client, default));

        await app.Get<RunSteering>().CancelAsync(app.Client, "r1", default);

        Assert.Equal((RunStatus.Cancelled, 2), ((await app.WaitAsync("r1.2", "r1")).Status, (await RecordAsync(app)).Attempt));
        Assert.DoesNotContain(await EventsAsync(app), item => item is { Event: RunEventNames.RunCancelled, RunAttempt: 1 });
    }
}
