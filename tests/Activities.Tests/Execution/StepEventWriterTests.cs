using Microsoft.Extensions.Logging.Abstractions;
using Orchestrator.Activities.Execution;
using Orchestrator.Activities.RunLogs;
using Orchestrator.Activities.Tests.RunLogs;
using Orchestrator.Storage;
using Orchestrator.Testing.Stores;
using Orchestrator.Workflows.Runs;

namespace Orchestrator.Activities.Tests.Execution;

public sealed class StepEventWriterTests
{
    private static readonly RunIdentity Run = new("r1", "s");

    private readonly MemoryContentStore _store = new();

    [Fact]
    public async Task Events_that_are_still_pending_are_in_the_append_of_the_end()
    {
        using var process = await StartAsync();
        var (events, ready) = (Writer(process, flush: true), new TaskCompletionSource());
        process.Store.AppendsAfter = ready.Task;
        events.Append(LogProcess.Event(RunEventNames.StepReady, "a"));
        events.Append(LogProcess.Event(RunEventNames.StepStarted, "a"));
        process.Store.AppendsAfter = Task.CompletedTask;

        await events.RecordAsync(RunEventNames.StepCompleted, LogProcess.Checkpoint("a"), "w");
        ready.SetResult();
        await events.FlushAsync();

        Assert.Equal(2, process.Store.Appends.Count(append => append.Length > 0));
        Assert.Equal(["step.started a 1-1", "step.completed a 1-1", "step.ready a 1-1"], await process.EventsAsync(Run));
    }

    [Theory]
    [InlineData(true)]
    [InlineData(false)]
    public async Task Events_are_flushed_only_for_a_step_that_may_cost_money_and_the_end_always(bool mayCost)
    {
        using var process = await StartAsync();
        var events = Writer(process, mayCost);

        events.Append(LogProcess.Event(RunEventNames.StepStarted, "a"));
        await events.RecordAsync(RunEventNames.StepCompleted, LogProcess.Checkpoint("a"), "w");

        Assert.Equal([mayCost, true], process.Store.Appends.Select(append => append.Flush));
    }

    /// <summary>Followers wait for the pieces that are not in their log yet.</summary>
    [Fact]
    public async Task Follower_gets_a_text_whose_append_hangs_while_the_end_is_recorded_before_the_end()
    {
        using var process = await StartAsync();
        var events = Writer(process, flush: true);
        events.Append(LogProcess.Event(RunEventNames.StepStarted, "a"));
        var appended = new TaskCompletionSource();
        process.Store.AppendsAfter = appended.Task;
        events.AppendText(LogProcess.Text("a", 0, "a0"));
        process.Store.AppendsAfter = Task.CompletedTask;
        await events.RecordAsync(RunEventNames.StepCompleted, LogProcess.Checkpoint("a"), "w");

        await using var followed = process.Feed.FollowAsync(Run, withTexts: true, CancellationToken.None).GetAsyncEnumerator();
        Assert.True(await followed.MoveNextAsync());
        var next = followed.MoveNextAsync();
        await process.Time.WhenTimersAsync(1).WaitAsync(TimeSpan.FromSeconds(30));
        appended.SetResult();

        Assert.True(await next.AsTask().WaitAsync(TimeSpan.FromSeconds(30)));
        Assert.Equal(RunEventNames.StepChunk, followed.Current.Event);
        Assert.True(await followed.MoveNextAsync().AsTask().WaitAsync(TimeSpan.FromSeconds(30)));
        Assert.Equal(RunEventNames.StepCompleted, followed.Current.Event);
    }

    /// <summary>Otherwise neither of the two calls would emit the spans and metrics of the attempt.</summary>
    [Fact]
    public async Task Record_that_was_written_although_its_append_failed_is_new_when_it_is_written_again()
    {
        var store = new FailingStore { Happens = true };
        using var process = await StartAsync(store);
        Assert.Null(await process.FindAsync(Run, "a"));
        var operations = 0;

        // The check of the run, then the append.
        store.OnOperation = _ => store.Failures = ++operations == 2 ? 1 : 0;
        var events = Writer(process, flush: true);

        await Assert.ThrowsAsync<ContentStoreException>(() => events.RecordAsync(RunEventNames.StepCompleted, LogProcess.Checkpoint("a", "A"), "w"));
        var (stored, isNew) = await events.RecordAsync(RunEventNames.StepCompleted, LogProcess.Checkpoint("a", "A"), "w");

        Assert.Equal(("A", true), ((string?)stored!.Output, isNew));
        Assert.Equal(["step.started a 1-1", "step.completed a 1-1"], await process.EventsAsync(Run));
        Assert.False((await Writer(process, flush: true).RecordAsync(RunEventNames.StepCompleted, LogProcess.Checkpoint("a", "B"), "other")).IsNew);
    }

    private static StepEventWriter Writer(LogProcess process, bool flush) =>
        new(process.Feed, process.Checkpoints, LogProcess.Call("a"), flush, process.Time, NullLogger.Instance, CancellationToken.None);

    private Task<LogProcess> StartAsync() => StartAsync(_store);

    private static async Task<LogProcess> StartAsync(IContentStore store)
    {
        await LogProcess.CreateRunAsync(store, Run);
        return new LogProcess(store);
    }
}
