using Orchestrator.Activities.Feed;
using Orchestrator.Activities.RunLogs;
using Orchestrator.Activities.Tests.RunLogs;
using Orchestrator.Storage;
using Orchestrator.Testing;
using Orchestrator.Workflows.Runs;

namespace Orchestrator.Activities.Tests.Feed;

public sealed class RunEventFeedTests : IAsyncLifetime
{
    private static readonly TimeSpan Patience = TimeSpan.FromSeconds(30);
    private static readonly RunIdentity Run = new("r1", "s");

    private readonly SteppedTimeProvider _time = new();
    private readonly MemoryContentStore _store = new();
    private readonly RunEventFeed _feed;

    public RunEventFeedTests() => _feed = new RunEventFeed(_store, new RunLogStore(_store), _time);

    public Task InitializeAsync() => LogProcess.CreateRunAsync(_store, Run);

    public Task DisposeAsync() => Task.CompletedTask;

    [Fact]
    [Trait("Trust", "18")]
    public async Task Run_that_is_not_followed_any_more_leaves_nothing_in_memory()
    {
        await AppendAsync(RunEventNames.RunCompleted);
        for (var follower = 0; follower < 3; follower++)
        {
            await using var events = Follow();
            Assert.True(await events.MoveNextAsync());
            Assert.Equal(1, _feed.Followed);
        }

        Assert.Equal(0, _feed.Followed);
    }

    [Fact]
    [Trait("Trust", "18")]
    public async Task Follower_that_stops_does_not_cost_others_an_event()
    {
        await AppendAsync(RunEventNames.RunStarted);
        await using var stays = Follow();
        await using (var goes = Follow())
        {
            Assert.True(await stays.MoveNextAsync());
            Assert.True(await goes.MoveNextAsync());
        }

        // The clock stands still, so what wakes it is the append.
        var next = stays.MoveNextAsync();
        await _time.WhenTimersAsync(1).WaitAsync(Patience);
        await AppendAsync(RunEventNames.RunCompleted);

        Assert.True(await next.AsTask().WaitAsync(Patience));
        Assert.Equal(RunEventNames.RunCompleted, stays.Current.Event);
    }

    [Fact]
    public async Task Record_of_an_attempt_and_a_piece_of_text_wake_followers()
    {
        using var process = new LogProcess(_store);
        await using var events = process.Feed.FollowAsync(Run, withTexts: true, CancellationToken.None).GetAsyncEnumerator();
        await process.AppendAsync(Run, LogProcess.Event(RunEventNames.StepStarted, "a"));
        Assert.True(await events.MoveNextAsync());

        // The clock stands still, so what wakes it are the appends.
        await NextAsync(events, process, () => process.AppendAsync(Run, LogProcess.Text("a", 0, "piece")));
        Assert.Equal("piece", events.Current.Text);
        await NextAsync(events, process, () => process.AddAsync(Run, LogProcess.Checkpoint("a")));
        Assert.Equal(RunEventNames.StepCompleted, events.Current.Event);
    }

    [Fact]
    public async Task Record_of_another_process_is_seen_at_the_next_poll()
    {
        using var process = new LogProcess(_store);
        using var other = new LogProcess(_store);
        await process.AppendAsync(Run, LogProcess.Event(RunEventNames.StepStarted, "a"));
        await using var events = process.Feed.FollowAsync(Run, withTexts: false, CancellationToken.None).GetAsyncEnumerator();
        Assert.True(await events.MoveNextAsync());

        await NextAsync(events, process, async () =>
        {
            await other.AddAsync(Run, LogProcess.Checkpoint("a"));
            process.Time.AdvanceToNextTimer();
        });
        Assert.Equal(RunEventNames.StepCompleted, events.Current.Event);
    }

    private static async Task NextAsync(IAsyncEnumerator<RunEvent> events, LogProcess process, Func<Task> append)
    {
        var next = events.MoveNextAsync();
        await process.Time.WhenTimersAsync(1).WaitAsync(Patience);
        await append();
        Assert.True(await next.AsTask().WaitAsync(Patience));
    }

    private IAsyncEnumerator<RunEvent> Follow() => _feed.FollowAsync(Run, withTexts: true, CancellationToken.None).GetAsyncEnumerator();

    private Task AppendAsync(string name) => _feed.AppendAsync(
        Run, [new RunEvent(name, Run.RunId, 1, _time.GetUtcNow())], flush: true, CancellationToken.None);
}
