using System.Text.Json;
using Orchestrator.Activities.Runs;
using Orchestrator.Storage;
using Orchestrator.Testing;
using Orchestrator.Workflows.Runs;
using Orchestrator.Workflows.Serialization;

namespace Orchestrator.Activities.Tests.Runs;

public class RunControlTests
{
    private readonly SteppedTimeProvider _time = new(new DateTimeOffset(2026, 1, 1, 0, 0, 0, TimeSpan.Zero));
    private readonly MemoryContentStore _store = new();
    private readonly RunIdentity _run = new("r1", "stamp");

    public RunControlTests() => _store.CreateAsync(
        ContentKey.Of("runs", "r1", "run.json"),
        JsonSerializer.SerializeToUtf8Bytes(
            new RunRecord { RunId = "r1", Stamp = "stamp", Workflow = "w", DefinitionHash = "", CreatedAt = _time.GetUtcNow() },
            WorkflowJson.Compact)).GetAwaiter().GetResult();

    [Fact]
    public async Task Requests_of_two_processes_at_once_are_all_kept_and_repeats_change_nothing()
    {
        await Task.WhenAll(
            Enumerable.Range(1, 20).Select(attempt => Task.Run(() => Process().CancelAsync(_run, attempt, "cancel", CancellationToken.None))));
        await Process().CancelAsync(_run, 1, "cancel", CancellationToken.None);
        await Process().SuspendAsync(_run, 1, CancellationToken.None);
        await Process().SuspendAsync(_run, 1, CancellationToken.None);

        var requests = await Process().ReadAsync(_run, CancellationToken.None);

        Assert.Equal(20, requests.Cancellations.Count);
        Assert.Single(requests.Suspensions);
        Assert.True(requests.IsSuspended(1));
        Assert.False(requests.IsSuspended(2));
    }

    [Fact]
    public async Task Suspended_time_is_never_negative_whatever_the_clocks_say()
    {
        var from = _time.GetUtcNow();
        await Process().SuspendAsync(_run, 1, CancellationToken.None);
        await new RunControl(_store, new SteppedTimeProvider(from.AddHours(-1))).ContinueAsync(_run, 1, CancellationToken.None);

        var requests = await Process().ReadAsync(_run, CancellationToken.None);

        Assert.False(requests.IsSuspended(1));
        Assert.Equal(TimeSpan.Zero, requests.SuspendedBetween(1, from.AddDays(-1), from.AddDays(1)));
    }

    [Fact]
    public void Suspended_time_is_never_longer_than_the_queried_time()
    {
        var from = _time.GetUtcNow();
        var requests = RunRequests.None with
        {
            // The clock was set back between the two.
            Suspensions = [new RunSuspension(1, from, from.AddHours(1)), new RunSuspension(1, from.AddMinutes(10), from.AddHours(1))],
        };

        Assert.Equal(TimeSpan.FromHours(1), requests.SuspendedBetween(1, from, from.AddHours(1)));
        Assert.Equal(TimeSpan.Zero, requests.SuspendedBetween(1, from.AddHours(1), from));
    }

    [Fact]
    public async Task Nothing_is_kept_of_a_run_when_its_last_watcher_has_left()
    {
        var control = Process();
        var one = await control.WatchAsync(_run, 1, _ => true, CancellationToken.None);
        var other = await control.WatchAsync(_run, 1, _ => false, CancellationToken.None);

        await control.CancelAsync(_run, 1, "cancel", CancellationToken.None);
        Assert.Equal(("cancel", null), (one.Cancellation?.Reason, other.Cancellation?.Reason));
        one.Dispose();
        Assert.Equal(1, control.Watched);
        other.Dispose();

        Assert.Equal((0, 0), (control.Watched, _time.ArmedTimers));
    }

    private RunControl Process() => new(_store, _time);
}
