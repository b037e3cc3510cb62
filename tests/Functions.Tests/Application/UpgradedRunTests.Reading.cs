using Orchestrator.Activities.Feed;
using Orchestrator.Activities.RunLogs;
using Orchestrator.Activities.Runs;
using Orchestrator.Functions.Application;
using Orchestrator.Functions.Orchestrations;
using Orchestrator.LocalHost.Journal;
using Orchestrator.Storage;
using Orchestrator.Workflows.Runs;

namespace Orchestrator.Functions.Tests.Application;

/// <summary>A run that an upgrade interrupted, after a read that failed or was cancelled.</summary>
public sealed partial class UpgradedRunTests
{
    [Theory]
    [InlineData(false, false)]
    [InlineData(true, false)]
    [InlineData(true, true)]
    public async Task Run_that_the_Durable_API_suspended_goes_on_only_when_a_user_resumes_it_though_it_was_not_read_meanwhile(
        bool wasContinuedBefore, bool goesOn)
    {
        var (journal, store, models) = (new MemoryJournal(), new MemoryContentStore(), new HeldModels());
        await LeaveAsync(journal, store, models, before: async old =>
        {
            if (wasContinuedBefore)
            {
                await old.Get<RunSteering>().SuspendAsync(old.Client, "r1", default);
                await old.Get<RunSteering>().ContinueAsync(old.Client, "r1", default);
            }

            await old.Client.SuspendInstanceAsync("r1", "x");
            await (goesOn ? old.Client.ResumeInstanceAsync("r1", "x") : Task.CompletedTask);
        });
        await using var app = await UpgradeAsync(journal, store, models);

        await app.Get<UpgradedRuns>().ResumeAsync(app.Client, default);

        Assert.Equal(goesOn ? 2 : 1, (await RecordAsync(app)).Attempt);
        if (!goesOn)
        {
            Assert.Contains("It was suspended, so it goes on only when", (await ShownAsync(app)).Error!.Message, StringComparison.Ordinal);
            await app.Get<RunResumer>().ResumeAsync(app.Client, new ResumeRequest("r1"), default);
        }

        (await models.NextAsync()).SetResult("too");
        Assert.Equal(RunStatus.Completed, (await app.WaitAsync("r1.2", "r1")).Status);
    }

    [Theory]
    [InlineData(false)]
    [InlineData(true)]
    public async Task Time_in_which_no_process_lived_counts_in_no_duration(bool isCancelled)
    {
        var (journal, store, models) = (new MemoryJournal(), new MemoryContentStore(), new HeldModels());
        await LeaveAsync(journal, store, models, time: _time);
        _time.Advance(TimeSpan.FromMinutes(18));
        await using var app = await UpgradeAsync(journal, store, models, setTime: true);
        var interrupted = await ShownAsync(app);

        if (isCancelled)
        {
            await app.Get<RunSteering>().CancelAsync(app.Client, "r1", default);
        }
        else
        {
            await app.Get<UpgradedRuns>().ResumeAsync(app.Client, default);
            (await models.NextAsync()).SetResult("too");
            await app.WaitAsync("r1.2", "r1");
        }

        var run = await ShownAsync(app);
        var step = (await app.Get<RunStepReader>().FindAsync("r1", "b", default))!;
        var lost = Assert.Single(step.Attempts, attempt => attempt.RunAttempt == 1);
        var durations = new[] { lost.DurationMs, run.Usage.WorkMs, run.Usage.BoundMs, run.Usage.TotalDurationMs, interrupted.Usage.TotalDurationMs };
        Assert.All(durations, duration => Assert.InRange(duration, 0, 60_000));
        Assert.Equal(lost.CompletedAt, run.Attempts[0].CompletedAt);
        Assert.Equal(isCancelled ? _time.GetUtcNow() : null, isCancelled ? run.CompletedAt : null);
    }

    [Fact]
    public async Task Run_of_a_provider_is_left_where_the_simulated_model_would_answer()
    {
        await using var app = await AppHost.StartAsync(_journal, _store, version: OrchestrationVersion.Current);
        await app.Client.WaitForInstanceCompletionAsync("r1", default);

        await app.Get<UpgradedRuns>().ResumeAsync(app.Client, default);

        Assert.Equal((RunStatus.Interrupted, 1), ((await RecordAsync(app)).Status, (await RecordAsync(app)).Attempt));
    }

    [Fact]
    public async Task Look_that_is_cut_off_between_the_record_and_its_event_writes_both()
    {
        var (journal, store, models) = (new MemoryJournal(), new TroubledStore(), new HeldModels());
        await LeaveAsync(journal, store, models);
        await using var app = await UpgradeAsync(journal, store, models);
        foreach (var (told, status) in new[] { (RunEventNames.RunStatus, RunStatus.Interrupted), (RunEventNames.RunCancelled, RunStatus.Cancelled) })
        {
            using var cut = new CancellationTokenSource();
            store.Before = (_, content) =>
            {
                if (content.Contains($"\"{told}\"", StringComparison.Ordinal))
                {
                    cut.Cancel();
                }
            };
            await Assert.ThrowsAnyAsync<OperationCanceledException>(() => app.Get<RunReconciler>().FindAsync(app.Client, "r1", cut.Token));

            Assert.Equal(told, (await EventsAsync(app))[^1].Event);
            Assert.Equal(status, (await RecordAsync(app)).Status);
            await app.Get<RunControl>().CancelAsync(await app.IdentityAsync("r1"), 1, "cancel", default);
        }
    }

    [Fact]
    public async Task Kill_between_the_record_and_its_event_is_mended_by_the_next_look()
    {
        var (journal, store, models) = (new MemoryJournal(), new TroubledStore(), new HeldModels());
        await LeaveAsync(journal, store, models);
        await using var app = await UpgradeAsync(journal, store, models);
        foreach (var (told, status) in new[] { (RunEventNames.RunStatus, RunStatus.Interrupted), (RunEventNames.RunCancelled, RunStatus.Cancelled) })
        {
            var isKilled = false;
            store.Before = (key, content) =>
            {
                isKilled |= content.Contains($"\"{told}\"", StringComparison.Ordinal) && key.Contains("/log-", StringComparison.Ordinal);
                if (isKilled)
                {
                    throw new ContentStoreException(key, "killed");
                }
            };
            await Assert.ThrowsAsync<ContentStoreException>(() => app.Get<RunReconciler>().FindAsync(app.Client, "r1", default));
            store.Before = (_, _) => { };
            Assert.Equal(status, (await RecordAsync(app)).Status);
            Assert.NotEqual(told, (await EventsAsync(app))[^1].Event);

            var run = await app.Get<RunReconciler>().FindAsync(app.Client, "r1", default);
            await app.Get<RunReconciler>().FindAsync(app.Client, "r1", default);

            var last = (await EventsAsync(app))[^1];
            Assert.Equal((told, status, 1, run!.Error!.Message), (last.Event, last.Status, last.RunAttempt, last.Error!.Message));
            Assert.Single(await EventsAsync(app), item => item.Event == told);
            await app.Get<RunControl>().CancelAsync(await app.IdentityAsync("r1"), 1, "cancel", default);
        }
    }

    [Fact]
    public async Task Interrupted_run_is_resumed_though_the_event_of_its_interruption_cannot_be_written()
    {
        var (journal, store, models) = (new MemoryJournal(), new TroubledStore(), new HeldModels());
        await LeaveAsync(journal, store, models);
        await using var app = await UpgradeAsync(journal, store, models);
        store.Before = (key, content) =>
        {
            if (content.Contains($"\"{RunEventNames.RunStatus}\"", StringComparison.Ordinal) && key.Contains("/log-", StringComparison.Ordinal))
            {
                throw new ContentStoreException(key, "The event is not taken.");
            }
        };
        Assert.Equal(RunStatus.Interrupted, (await app.Get<RunReconciler>().FindAsync(app.Client, "r1", default))!.Status);
        Assert.True((await RecordAsync(app)).IsEndEventPending);

        await app.Get<UpgradedRuns>().ResumeAsync(app.Client, default);

        Assert.Equal(2, (await RecordAsync(app)).Attempt);
    }
}
