using Orchestrator.Testing.Azurite;

namespace Orchestrator.Conformance;

/// <summary>Timers and the clock. Those that need hours and years have a clock of their own in LocalHost's tests.</summary>
public abstract partial class EngineTests
{
    [SuiteFact]
    public async Task Timer_in_the_past_fires_at_once()
    {
        var yesterday = -(int)TimeSpan.FromDays(1).TotalMilliseconds;
        Assert.InRange((await RunAsync("Timer", yesterday)).ReadOutputAs<int>(), 0, 60_000);
    }

    [SuiteFact]
    public async Task Timers_due_at_the_same_moment_fire_for_every_instance()
    {
        var due = TimeProvider.System.GetUtcNow().UtcDateTime.AddSeconds(1);
        var ids = await Task.WhenAll(Enumerable.Range(0, 20).Select(_ => StartAsync("TimerAt", due)));
        Assert.Equal(ids, (await Task.WhenAll(ids.Select(engine.EndOfAsync))).Select(end => end.ReadOutputAs<string>()!));
    }

    /// <summary>An open timer would keep the instance running for a week.</summary>
    [SuiteTheory]
    [InlineData(true)]
    [InlineData(false)]
    public async Task Cancelled_timer_ends_the_wait_and_does_not_hold_the_instance_whether_its_token_had_fired_or_not(bool fired) =>
        Assert.Equal("cancelled", (await RunAsync("CancelledTimer", fired)).ReadOutputAs<string>());

    [SuiteFact]
    public async Task Uncancelled_timer_keeps_a_returned_instance_running()
    {
        var end = await RunAsync("OpenTimer", 1500);
        Assert.Equal("returned", end.ReadOutputAs<string>());
        var took = end.LastUpdatedAt - end.CreatedAt;
        Assert.True(took >= TimeSpan.FromMilliseconds(1500) - engine.TimerPrecision, $"It ended after {took}.");
    }

    [SuiteFact]
    public async Task Clock_is_the_same_when_the_orchestrator_is_replayed() => Assert.True((await RunAsync("Clock", "")).ReadOutputAs<bool>());
}
