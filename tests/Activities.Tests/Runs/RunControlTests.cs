using Orchestrator.Activities.Runs;
using Orchestrator.Activities.Stores;
using Orchestrator.Testing;

namespace Orchestrator.Activities.Tests.Runs;

public class RunControlTests
{
    private readonly FakeTimeProvider _time = new(new DateTimeOffset(2026, 1, 1, 0, 0, 0, TimeSpan.Zero));
    private readonly MemoryContentStore _store = new();

    [Fact]
    public async Task Requests_of_two_processes_at_once_are_all_kept_and_repeats_change_nothing()
    {
        await Task.WhenAll(Enumerable.Range(1, 20).Select(attempt => Task.Run(() => Process().CancelAsync("r1", attempt, "cancel", CancellationToken.None))));
        await Process().CancelAsync("r1", 1, "cancel", CancellationToken.None);
        await Process().SuspendAsync("r1", 1, CancellationToken.None);
        await Process().SuspendAsync("r1", 1, CancellationToken.None);

        var requests = await Process().ReadAsync("r1", CancellationToken.None);

        Assert.Equal(20, requests.Cancellations.Count);
        Assert.Single(requests.Suspensions);
        Assert.True(requests.IsSuspended(1));
        Assert.False(requests.IsSuspended(2));
    }

    [Fact]
    public async Task Suspended_time_is_never_negative_whatever_the_clocks_say()
    {
        var from = _time.GetUtcNow();
        await Process().SuspendAsync("r1", 1, CancellationToken.None);
        await new RunControl(_store, new FakeTimeProvider(from.AddHours(-1)), isShared: false).ContinueAsync("r1", 1, CancellationToken.None);

        var requests = await Process().ReadAsync("r1", CancellationToken.None);

        Assert.False(requests.IsSuspended(1));
        Assert.Equal(TimeSpan.Zero, requests.SuspendedBetween(1, from.AddDays(-1), from.AddDays(1)));
    }

    [Fact]
    public async Task Nothing_is_kept_of_a_run_when_its_last_watcher_has_left()
    {
        var control = Process(isShared: true);
        var one = await control.WatchAsync("r1", _ => true, CancellationToken.None);
        var other = await control.WatchAsync("r1", _ => false, CancellationToken.None);

        await control.CancelAsync("r1", 1, "cancel", CancellationToken.None);
        Assert.Equal(("cancel", null), (one.Cancellation?.Reason, other.Cancellation?.Reason));
        one.Dispose();
        Assert.Equal(1, control.Watched);
        other.Dispose();

        Assert.Equal((0, 0), (control.Watched, _time.ArmedTimers));
    }

    private RunControl Process(bool isShared = false) => new(_store, _time, isShared);
}
