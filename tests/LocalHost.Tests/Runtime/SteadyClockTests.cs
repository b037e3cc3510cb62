using Microsoft.DurableTask;
using Orchestrator.LocalHost.History;
using Orchestrator.LocalHost.Journal;
using Orchestrator.LocalHost.Runtime;
using Orchestrator.Testing;

namespace Orchestrator.LocalHost.Tests.Runtime;

public sealed class SteadyClockTests
{
    private readonly SteppedTimeProvider _machine = new();

    [Theory]
    [InlineData(1)]
    [InlineData(-1)]
    public async Task Clock_is_steady_while_an_instance_has_a_timer_and_right_again_after_it(int hours)
    {
        var clock = new SteadyClock(_machine);
        await using var host = await StartAsync(clock);
        await host.Client.ScheduleNewOrchestrationInstanceAsync("timed", new StartOrchestrationOptions("one"));
        await host.Client.ScheduleNewOrchestrationInstanceAsync("timed", new StartOrchestrationOptions("two"));
        await _machine.WhenTimersAsync(2).WaitAsync(HostExtensions.Patience);
        var before = clock.GetUtcNow();
        _machine.SetClock(TimeSpan.FromHours(hours));
        _machine.Advance(TimeSpan.FromSeconds(5));
        Assert.Equal(before.AddSeconds(5), clock.GetUtcNow());
        await host.Client.TerminateInstanceAsync("one");
        Assert.Equal(before.AddSeconds(5), clock.GetUtcNow());
        await host.Client.RaiseEventAsync("two", "go");
        await host.EndOfAsync("two");
        Assert.Equal(_machine.GetUtcNow(), clock.GetUtcNow());
    }

    [Fact]
    public async Task Stopped_host_releases_the_clock_though_instances_are_unfinished()
    {
        var clock = new SteadyClock(_machine);
        await using (var host = await StartAsync(clock))
        {
            await host.Client.ScheduleNewOrchestrationInstanceAsync("o", new StartOrchestrationOptions("one"));
            _machine.SetClock(TimeSpan.FromHours(1));
        }

        Assert.Equal(_machine.GetUtcNow(), clock.GetUtcNow());
    }

    [Fact]
    public async Task Event_from_an_instance_that_lives_ahead_of_the_clock_does_not_take_another_one_there()
    {
        var journal = new MemoryJournal();
        await using (var first = await StartAsync(_machine, journal))
        {
            await first.Client.ScheduleNewOrchestrationInstanceAsync("sends", new StartOrchestrationOptions("ahead"));
        }

        _machine.SetClock(TimeSpan.FromDays(-1));
        await using var second = await StartAsync(_machine, journal);
        await second.Client.ScheduleNewOrchestrationInstanceAsync("o", new StartOrchestrationOptions("two"));
        await second.Client.RaiseEventAsync("ahead", "send");
        await second.EndOfAsync("two");
        var history = await second.ReadHistoryAsync("two").ToListAsync();
        Assert.Equal(_machine.GetUtcNow().UtcDateTime, Assert.Single(history.OfType<EventRaised>()).Time);
        Assert.Equal(_machine.GetUtcNow().UtcDateTime.AddDays(1), (await second.ReadHistoryAsync("ahead").ToListAsync()).Last().Time);
    }

    private static Task<LocalDurableHost> StartAsync(TimeProvider time, IJournal? journal = null) => LocalDurableHost.StartAsync(b =>
    {
        b.TimeProvider = time;
        b.Journal = journal;
        b.AddOrchestrator("o", (TaskOrchestrationContext c) => c.WaitForExternalEvent<string>("go"));
        b.AddOrchestrator("timed", async (TaskOrchestrationContext c) => await c.WaitForExternalEvent<string>("go", TimeSpan.FromDays(1)));
        b.AddOrchestrator("sends", async (TaskOrchestrationContext c) =>
        {
            await c.WaitForExternalEvent<string>("send");
            c.SendEvent("two", "go", "now");
        });
    });
}
