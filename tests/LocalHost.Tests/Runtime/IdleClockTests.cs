using Microsoft.DurableTask;
using Orchestrator.LocalHost.Journal;
using Orchestrator.LocalHost.Runtime;
using Orchestrator.Testing;

namespace Orchestrator.LocalHost.Tests.Runtime;

/// <summary>An instance that only waits for events does not keep the host's clock from following a wall clock that was set.</summary>
[Trait("Trust", "16")]
public sealed class IdleClockTests
{
    private readonly SteppedTimeProvider _time = new();
    private readonly SteadyClock _clock;
    private readonly MemoryJournal _journal = new();

    public IdleClockTests() => _clock = new SteadyClock(_time);

    [Theory]
    [InlineData(8)]
    [InlineData(-8)]
    public async Task Instance_that_begins_while_another_waits_for_an_event_begins_at_the_time_of_a_clock_that_was_set(int hours)
    {
        await using var host = await StartAsync();
        await WaitForEventAsync(host);
        SetClock(hours);

        await StartTimerAsync(host);

        Assert.Equal(_time.GetUtcNow(), (await host.Client.GetInstanceAsync("new"))!.CreatedAt);
    }

    [Fact]
    public async Task Timer_that_was_set_after_the_clock_has_its_whole_hour_over_a_restart()
    {
        await using (var first = await StartAsync())
        {
            await WaitForEventAsync(first);
            SetClock(8);
            await StartTimerAsync(first);
            _time.Advance(TimeSpan.FromMinutes(1));
        }

        await using var second = await StartAsync();
        await _time.WhenTimersAsync().WaitAsync(HostExtensions.Patience);
        _time.Advance(TimeSpan.FromMinutes(59) - TimeSpan.FromTicks(1));
        Assert.Equal(1, _time.ArmedTimers);
        _time.Advance(TimeSpan.FromTicks(1));

        await second.EndOfAsync("new");
    }

    [Fact]
    public async Task Event_that_comes_after_the_clock_was_set_back_is_not_before_the_one_that_came_before()
    {
        await using var host = await StartAsync();
        await WaitForEventAsync(host);
        SetClock(-8);

        await host.Client.RaiseEventAsync("old", "Go", "now");

        await host.EndOfAsync("old");
        var times = await host.ReadHistoryAsync("old").Select(happened => happened.Time).ToListAsync();
        Assert.Equal(times.Order(), times);
    }

    private static async Task WaitForEventAsync(LocalDurableHost host)
    {
        await host.Client.ScheduleNewOrchestrationInstanceAsync("Wait", new StartOrchestrationOptions("old"));
        await host.Client.WaitForInstanceStartAsync("old").WaitAsync(HostExtensions.Patience);
    }

    private void SetClock(int hours)
    {
        _time.SetClock(TimeSpan.FromHours(hours));

        // The instance may have been seen as started before its first turn is over.
        Assert.True(SpinWait.SpinUntil(() => _clock.GetUtcNow() == _time.GetUtcNow(), HostExtensions.Patience));
    }

    private async Task StartTimerAsync(LocalDurableHost host)
    {
        await host.Client.ScheduleNewOrchestrationInstanceAsync("Hour", new StartOrchestrationOptions("new"));
        await _time.WhenTimersAsync().WaitAsync(HostExtensions.Patience);
    }

    private Task<LocalDurableHost> StartAsync() => LocalDurableHost.StartAsync(b =>
    {
        b.TimeProvider = _clock;
        b.Journal = _journal;
        b.AddOrchestrator("Wait", async (TaskOrchestrationContext context) => await context.WaitForExternalEvent<string>("Go"));
        b.AddOrchestrator("Hour", async (TaskOrchestrationContext context) =>
        {
            await context.CreateTimer(TimeSpan.FromHours(1), CancellationToken.None);
            return "fired";
        });
    });
}
