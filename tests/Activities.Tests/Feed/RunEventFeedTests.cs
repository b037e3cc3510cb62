using Orchestrator.Activities.Feed;
using Orchestrator.Storage;
using Orchestrator.Testing;
using Orchestrator.Workflows.Runs;

namespace Orchestrator.Activities.Tests.Feed;

public sealed class RunEventFeedTests
{
    private static readonly TimeSpan Patience = TimeSpan.FromSeconds(30);
    private static readonly RunIdentity Run = new("r1", "s");

    private readonly SteppedTimeProvider _time = new();
    private readonly RunEventFeed _feed;

    public RunEventFeedTests() => _feed = new RunEventFeed(new MemoryContentStore(), _time);

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

    private IAsyncEnumerator<RunEvent> Follow() => _feed.FollowAsync(Run, 0, CancellationToken.None).GetAsyncEnumerator();

    private Task AppendAsync(string name) => _feed.AppendAsync(Run, [new RunEvent(name, Run.RunId, 1, _time.GetUtcNow())], CancellationToken.None);
}
