using System.Text;
using Microsoft.DurableTask;
using Microsoft.DurableTask.Client;
using Moq;
using Orchestrator.Activities.Execution;
using Orchestrator.Activities.Feed;
using Orchestrator.Activities.Models;
using Orchestrator.Activities.Retention;
using Orchestrator.Activities.RunLogs;
using Orchestrator.Activities.Runs;
using Orchestrator.Functions.Application;
using Orchestrator.Functions.Orchestrations;
using Orchestrator.LocalHost.Journal;
using Orchestrator.Storage;
using Orchestrator.Testing;
using Orchestrator.Workflows.Runs;

namespace Orchestrator.Functions.Tests.Application;

/// <summary>
/// Runs whose attempt an older version began and that a host of this version finds: <c>a</c> has its record, <c>b</c> was asked when the old host
/// ended.
/// </summary>
public sealed partial class UpgradedRunTests : IAsyncLifetime
{
    private const string Definition = """
        { "options": { "parallelBatchDelay": 0, "defaultModel": "m" },
          "steps": [ { "id": "a", "prompt": "A" }, { "id": "b", "prompt": "B {{a}}", "dependsOn": ["a"] } ] }
        """;

    private readonly MemoryJournal _journal = new();
    private readonly MemoryContentStore _store = new();
    private readonly HeldModels _models = new();
    private readonly SteppedTimeProvider _time = new();

    public Task InitializeAsync() => LeaveAsync(_journal, _store, _models);

    public Task DisposeAsync() => Task.CompletedTask;

    [Fact]
    public async Task Run_is_interrupted_and_goes_on_from_its_records_with_the_next_attempt()
    {
        await using var app = await UpgradeAsync();

        var run = await ShownAsync(app);
        Assert.Equal((RunStatus.Interrupted, "upgraded", null, 1), (run.Status, run.Reason, run.CompletedAt, run.Attempt));
        Assert.Contains("'orchestrator resume r1'", run.Error!.Message, StringComparison.Ordinal);
        Assert.Contains("by itself where orchestrator serves", run.Error.Message, StringComparison.Ordinal);
        var listed = Assert.Single((await app.Get<RunLister>().ListAsync(new RunFilter { Statuses = [RunStatus.Interrupted] }, default)).Runs);
        Assert.Equal(("r1", "upgraded"), (listed.RunId, listed.Error!.Details!["reason"]!.GetValue<string>()));
        var told = Assert.Single(await EventsAsync(app), item => item.Event == RunEventNames.RunStatus);
        Assert.Equal((RunStatus.Interrupted, "upgraded", 1), (told.Status, told.Reason, told.RunAttempt));

        await app.Get<UpgradedRuns>().ResumeAsync(app.Client, default);
        (await _models.NextAsync()).SetResult("too");
        run = await app.WaitAsync("r1.2", "r1");

        Assert.Equal((RunStatus.Completed, null, 2), (run.Status, run.Reason, run.Attempt));
        Assert.Equal("""{"a":"done","b":"too"}""", run.Outputs!.ToJsonString());
        Assert.Equal(["a"], run.Attempts[1].Reused);
        Assert.Equal(
            (RunStatus.Interrupted, "Another version of orchestrator had begun attempt 1."), (run.Attempts[0].Status, run.Attempts[1].Reason));
        await app.Get<UpgradedRuns>().ResumeAsync(app.Client, default);
        Assert.Equal(2, (await RecordAsync(app)).Attempt);
    }

    [Fact]
    public async Task Two_looks_at_once_open_one_attempt()
    {
        await using var app = await UpgradeAsync();

        await Task.WhenAll(Enumerable.Range(0, 4).Select(_ => Task.Run(() => app.Get<UpgradedRuns>().ResumeAsync(app.Client, default))));

        (await _models.NextAsync()).SetResult("too");
        Assert.Equal((RunStatus.Completed, 2), ((await app.WaitAsync("r1.2", "r1")).Status, (await RecordAsync(app)).Attempt));
    }

    [Fact]
    public async Task Kill_between_the_next_attempt_and_its_orchestration_is_mended_by_the_next_look()
    {
        await using var app = await UpgradeAsync();
        await ShownAsync(app);
        var killed = new Mock<DurableTaskClient>("killed");
        killed.Setup(c => c.GetInstanceAsync("r1", It.IsAny<bool>(), It.IsAny<CancellationToken>()))
            .Returns(() => app.Client.GetInstanceAsync("r1", true, default));
        killed.Setup(c => c.GetInstanceAsync("r1", It.IsAny<CancellationToken>())).Returns(() => app.Client.GetInstanceAsync("r1", default));
        killed.Setup(Schedule).ThrowsAsync(new OperationCanceledException("killed"));
        await Assert.ThrowsAsync<OperationCanceledException>(
            () => app.Get<RunResumer>().ResumeAsync(killed.Object, new ResumeRequest("r1"), default));
        Assert.Equal((RunStatus.Pending, 2), ((await RecordAsync(app)).Status, (await RecordAsync(app)).Attempt));

        await app.Get<UpgradedRuns>().ResumeAsync(app.Client, default);

        (await _models.NextAsync()).SetResult("too");
        Assert.Equal(RunStatus.Completed, (await app.WaitAsync("r1.2", "r1")).Status);
    }

    [Fact]
    public async Task Kill_at_any_write_of_a_look_is_mended_by_the_look_of_another_process()
    {
        for (var kill = 0; ; kill++)
        {
            var (journal, store, models) = (new MemoryJournal(), new TroubledStore(), new HeldModels());
            await LeaveAsync(journal, store, models);
            var (writes, isScheduled) = (0, false);
            await using (var killed = await UpgradeAsync(journal, store, models))
            {
                var last = kill;
                store.Before = (key, content) =>
                {
                    if (Volatile.Read(ref writes) > last || (content.Length > 0 && Interlocked.Increment(ref writes) > last))
                    {
                        throw new ContentStoreException(key, "killed");
                    }
                };
                await killed.Get<UpgradedRuns>().ResumeAsync(killed.Client, default);
                store.Before = (_, _) => { };
                isScheduled = await killed.Client.GetInstanceAsync("r1.2") is not null;
            }

            await using var app = await AppHost.StartAsync(journal, store, models: models, version: OrchestrationVersion.Current);
            await app.Get<UpgradedRuns>().ResumeAsync(app.Client, default);
            var answered = AnswerAsync(models);
            var run = await app.WaitAsync("r1.2", "r1");

            Assert.Equal((kill, RunStatus.Completed, 2, "done"), (kill, run.Status, run.Attempt, run.Outputs!["a"]!.GetValue<string>()));
            Assert.Single(await EventsAsync(app), item => item is { Event: RunEventNames.StepStarted, StepId: "a" });
            if (isScheduled)
            {
                Assert.True(kill > 3, $"a look takes {kill} writes");
                return;
            }
        }
    }

    [Fact]
    public async Task Step_that_waited_for_its_next_attempt_is_executed_by_the_next_attempt_of_the_run()
    {
        var (journal, store, models) = (new MemoryJournal(), new MemoryContentStore(), new HeldModels());
        await LeaveAsync(journal, store, models, failed: true);
        await using var app = await UpgradeAsync(journal, store, models);

        await app.Get<UpgradedRuns>().ResumeAsync(app.Client, default);

        (await models.NextAsync()).SetResult("too");
        var run = await app.WaitAsync("r1.2", "r1");
        Assert.Equal((RunStatus.Completed, "too"), (run.Status, run.Outputs!["b"]!.GetValue<string>()));
    }

    [Fact]
    public async Task Run_that_cannot_be_read_does_not_keep_others_from_going_on()
    {
        var (journal, store, models) = (new MemoryJournal(), new TroubledStore(), new HeldModels());
        await LeaveAsync(journal, store, models, others: "r2");
        await using var app = await UpgradeAsync(journal, store, models);
        await app.Client.WaitForInstanceCompletionAsync("r2", default);
        await ShownAsync(app);
        await app.Get<RunReconciler>().FindAsync(app.Client, "r2", default);
        store.Before = (key, _) =>
        {
            if (key.StartsWith("runs/r1/log", StringComparison.Ordinal))
            {
                throw new ContentStoreException(key, "the service refused it (409 BlobArchived)");
            }
        };

        await app.Get<UpgradedRuns>().ResumeAsync(app.Client, default);

        Assert.Equal((1, 2), ((await RecordAsync(app)).Attempt, (await app.Get<RunStore>().FindAsync("r2", default))!.Attempt));
    }

    [Theory]
    [InlineData(false)]
    [InlineData(true)]
    public async Task Request_that_was_in_flight_at_the_upgrade_counts_as_an_estimate_once(bool isCancelled)
    {
        await using var app = await UpgradeAsync();
        await ShownAsync(app);

        if (isCancelled)
        {
            await app.Get<RunSteering>().CancelAsync(app.Client, "r1", default);
        }
        else
        {
            await app.Get<UpgradedRuns>().ResumeAsync(app.Client, default);
            (await _models.NextAsync()).SetResult("too");
            await app.WaitAsync("r1.2", "r1");
        }

        var run = await ShownAsync(app);
        var step = (await app.Get<RunStepReader>().FindAsync("r1", "b", default))!;
        var lost = Assert.Single(step.Attempts, attempt => attempt.RunAttempt == 1);
        Assert.Equal((StepStatus.Cancelled, true), (lost.Status, lost.Usage.Estimated));
        Assert.InRange(lost.Usage.InputTokens, 1, 20);
        var first = (await app.Get<RunStepReader>().FindAsync("r1", "a", default))!;
        Assert.Equal(first.Attempts.Concat(step.Attempts).Sum(attempt => attempt.Usage.InputTokens), run.Usage.InputTokens);
        Assert.Equal(isCancelled ? 1 : 2, step.Attempts.Count);
    }

    [Fact]
    public async Task Suspended_run_goes_on_only_when_a_user_resumes_it()
    {
        await using var app = await UpgradeAsync();
        await app.Get<RunControl>().SuspendAsync(await app.IdentityAsync("r1"), 1, default);

        await app.Get<UpgradedRuns>().ResumeAsync(app.Client, default);

        var run = await ShownAsync(app);
        Assert.Equal((RunStatus.Interrupted, 1), (run.Status, run.Attempt));
        Assert.Contains(
            "It was suspended, so it goes on only when it is asked to with 'orchestrator resume r1'.", run.Error!.Message, StringComparison.Ordinal);
        foreach (var refused in (Func<Task>[])[() => app.Get<RunSteering>()
            .ContinueAsync(app.Client, "r1", default), () => app.Get<RunSteering>().SuspendAsync(app.Client, "r1", default)])
        {
            Assert.Contains(
                "'orchestrator resume r1' goes on with it", (await Assert.ThrowsAsync<RunStateException>(refused)).Message, StringComparison.Ordinal);
        }

        await app.Get<RunResumer>().ResumeAsync(app.Client, new ResumeRequest("r1"), default);
        (await _models.NextAsync()).SetResult("too");
        Assert.Equal(RunStatus.Completed, (await app.WaitAsync("r1.2", "r1")).Status);
    }

    [Fact]
    public async Task Run_whose_step_still_executes_is_left_until_its_record_can_be_taken_over()
    {
        await using var app = await UpgradeAsync(claimsInStore: true);
        var claim = ContentKey.Of("runs", "r1", "claims", "b", $"1-1-{(await app.IdentityAsync("r1")).Stamp}.json");
        await _store.PutAsync(claim, new byte[] { 1 });

        var live = app.Get<UpgradedRuns>().ResumeAsync(app.Client, default);
        await _time.WhenTimersAsync();
        await _store.PutAsync(claim, new byte[] { 2 });
        _time.Advance(AttemptClaims.Lease);
        await live;
        Assert.Equal((RunStatus.Interrupted, 1), ((await RecordAsync(app)).Status, (await RecordAsync(app)).Attempt));

        var dead = app.Get<UpgradedRuns>().ResumeAsync(app.Client, default);
        await _time.WhenTimersAsync();
        _time.Advance(AttemptClaims.Lease);
        await dead;
        Assert.Equal(2, (await RecordAsync(app)).Attempt);
    }

    [Fact]
    public async Task Run_that_is_interrupted_again_before_it_began_is_left_alone()
    {
        await using var app = await UpgradeAsync(version: "another than starts are given");
        await app.Get<UpgradedRuns>().ResumeAsync(app.Client, default);
        await app.Client.WaitForInstanceCompletionAsync("r1.2", default);

        await app.Get<UpgradedRuns>().ResumeAsync(app.Client, default);

        Assert.Contains(
            "it does not go on by itself: the host's defaultVersion (host.json) must be '1'", (await ShownAsync(app)).Error!.Message,
            StringComparison.Ordinal);
        Assert.Equal((RunStatus.Interrupted, 2), ((await RecordAsync(app)).Status, (await RecordAsync(app)).Attempt));
    }

    [Fact]
    public async Task Timer_function_resumes_and_a_run_of_this_version_is_not_touched()
    {
        await using var app = await UpgradeAsync();

        await new TimerFunctions(app.Get<RetentionTimer>(), app.Get<RunPruner>(), app.Get<UpgradedRuns>()).ResumeAsync(new(), app.Client, default);
        var second = await _models.NextAsync();
        await new TimerFunctions(app.Get<RetentionTimer>(), app.Get<RunPruner>(), app.Get<UpgradedRuns>()).ResumeAsync(new(), app.Client, default);

        second.SetResult("too");
        Assert.Equal((RunStatus.Completed, 2), ((await app.WaitAsync("r1.2", "r1")).Status, (await RecordAsync(app)).Attempt));
    }

    private static System.Linq.Expressions.Expression<Func<DurableTaskClient, Task<string>>> Schedule => c => c.ScheduleNewOrchestrationInstanceAsync(
        It.IsAny<TaskName>(), It.IsAny<object?>(), It.IsAny<StartOrchestrationOptions?>(), It.IsAny<CancellationToken>());

    /// <summary>A client of a process of that version.</summary>
    private static DurableTaskClient OfVersion(DurableTaskClient client, string version)
    {
        var old = new Mock<DurableTaskClient>("old");
        old.Setup(Schedule).Returns((TaskName name, object? input, StartOrchestrationOptions? options, CancellationToken token) =>
        {
            Assert.Equal(OrchestrationVersion.Current, options!.Version!.Value.Version);
            return client.ScheduleNewOrchestrationInstanceAsync(name, input, options with { Version = version }, token);
        });
        return old.Object;
    }

    /// <summary>Calls <c>other</c> just before the first write of a key with this beginning that has this content.</summary>
    private static void DoAt(TroubledStore store, string beginning, string written, Func<Task> other) => store.Before = (key, content) =>
    {
        if (content.Length > 0 && key.StartsWith(beginning, StringComparison.Ordinal) && content.Contains(written, StringComparison.Ordinal))
        {
            store.Before = (_, _) => { };
            Task.Run(other).GetAwaiter().GetResult();
        }
    };

    private static Task<RunRecord> RecordAsync(AppHost app) => app.Get<RunStore>().FindAsync("r1", default)!;

    private static async Task<IReadOnlyList<RunEvent>> EventsAsync(AppHost app) =>
        (await app.Get<RunEventFeed>().ReadAsync(await app.IdentityAsync("r1"), default));

    /// <summary>The run after a look, as a request for it makes one.</summary>
    private static async Task<RunDocument> ShownAsync(AppHost app)
    {
        await app.Get<RunReconciler>().FindAsync(app.Client, "r1", default);
        return (await app.Get<RunReader>().FindAsync("r1", default))!;
    }

    /// <summary>What an older version left: <c>a</c> has its record, and <c>b</c> was asked, or has failed and waits for an hour.</summary>
    /// <param name="before">Done before the old host ends.</param>
    private static async Task LeaveAsync(
        IJournal journal, IContentStore store, HeldModels models, bool failed = false, Func<AppHost, Task>? before = null, TimeProvider? time = null,
        params string[] others)
    {
        await using var old = await AppHost.StartAsync(journal, store, models: models, activityTime: time);
        TaskCompletionSource<string>? second = null;
        foreach (var run in (string[])[.. others, "r1"])
        {
            await old.Get<RunStarter>()
                .StartAsync(OfVersion(old.Client, "0"), new StartRequest { RunId = run, Definition = Encoding.UTF8.GetBytes(Definition) }, default);
            (await models.NextAsync()).SetResult("done");
            second = await models.NextAsync();
        }

        await (before?.Invoke(old) ?? Task.CompletedTask);
        if (failed)
        {
            second!.SetException(
                new ModelException(new WorkflowError(ErrorKind.Unavailable, "later") { Retryable = true, RetryAfterMs = 3_600_000 }));
            await foreach (var item in old.Get<RunEventFeed>().FollowAsync(await old.IdentityAsync("r1"), withTexts: true, default))
            {
                if (item.Event == RunEventNames.StepRetrying)
                {
                    return;
                }
            }
        }
    }

    private static async Task AnswerAsync(HeldModels models)
    {
        // A kill may have come after the request of b.
        while (true)
        {
            (await models.NextAsync()).TrySetResult("too");
        }
    }

    /// <summary>A host of this version, which has failed the instance.</summary>
    private Task<AppHost> UpgradeAsync(string version = OrchestrationVersion.Current, bool claimsInStore = false) =>
        UpgradeAsync(_journal, _store, _models, version, claimsInStore);

    private async Task<AppHost> UpgradeAsync(
        IJournal journal, IContentStore store, HeldModels models, string version = OrchestrationVersion.Current, bool claimsInStore = false,
        bool setTime = false)
    {
        var app = await AppHost.StartAsync(
            journal, store, models: models, activityTime: claimsInStore || setTime ? _time : null, version: version, claimsInStore: claimsInStore);
        Assert.Equal(
            "VersionMismatch", (await app.Client.WaitForInstanceCompletionAsync("r1", getInputsAndOutputs: true, default)).FailureDetails!.ErrorType);
        return app;
    }
}
