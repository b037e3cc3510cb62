using Microsoft.DurableTask;
using Orchestrator.LocalHost.Journal;
using Orchestrator.Testing;

namespace Orchestrator.LocalHost.Tests.Runtime;

/// <summary>
/// The wall clock is set, in either direction, at every phase of an instance: its waits keep their length, and its clock never goes back.
/// </summary>
[Trait("Trust", "16")]
public sealed class SetClockTests
{
    private static readonly TimeSpan Wait = TimeSpan.FromSeconds(4);
    private static readonly string[] Phases = ["start", "first activity", "first timer", "second activity", "second timer"];

    private readonly SteppedTimeProvider _time = new();
    private readonly MemoryJournal _journal = new();
    private readonly SemaphoreSlim _started = new(0);
    private readonly SemaphoreSlim _go = new(0);

    public static TheoryData<string, TimeSpan> Jumps()
    {
        var jumps = new TheoryData<string, TimeSpan>();
        foreach (var phase in Phases)
        {
            foreach (var length in new[] { TimeSpan.FromMinutes(1), TimeSpan.FromHours(1), TimeSpan.FromDays(1) })
            {
                jumps.Add(phase, length);
                jumps.Add(phase, -length);
            }
        }

        return jumps;
    }

    [Theory]
    [MemberData(nameof(Jumps))]
    public async Task Clock_that_is_set_changes_neither_waits_nor_durations(string phase, TimeSpan by)
    {
        await using var host = await StartAsync();
        await host.Client.ScheduleNewOrchestrationInstanceAsync("o", new StartOrchestrationOptions("i"));
        JumpAt("start");
        foreach (var turn in new[] { "first", "second" })
        {
            Assert.True(await _started.WaitAsync(HostExtensions.Patience));
            JumpAt($"{turn} activity");
            _go.Release();
            await _time.WhenTimersAsync().WaitAsync(HostExtensions.Patience);
            JumpAt($"{turn} timer");
            _time.Advance(Wait);
            Assert.Equal(0, _time.ArmedTimers);
        }

        Assert.Equal(2 * Wait, (await host.EndOfAsync("i")).ReadOutputAs<TimeSpan>());
        var times = await host.ReadHistoryAsync("i").Select(happened => happened.Time).ToListAsync();
        Assert.Equal(times.Order(), times);

        void JumpAt(string here)
        {
            if (here == phase)
            {
                _time.SetClock(by);
            }
        }
    }

    [Theory]
    [InlineData(-60)]
    [InlineData(-3_600)]
    [InlineData(-86_400)]
    public async Task Timer_of_a_stopped_host_waits_no_longer_than_it_was_to_wait_when_the_clock_was_set_back_meanwhile(int seconds)
    {
        await using (var first = await StartAsync())
        {
            await first.Client.ScheduleNewOrchestrationInstanceAsync("o", new StartOrchestrationOptions("i"));
            Assert.True(await _started.WaitAsync(HostExtensions.Patience));
            _go.Release();
            await _time.WhenTimersAsync().WaitAsync(HostExtensions.Patience);
        }

        _time.SetClock(TimeSpan.FromSeconds(seconds));
        await using var second = await StartAsync();
        await _time.WhenTimersAsync().WaitAsync(HostExtensions.Patience);
        _time.Advance(Wait);
        Assert.Equal(0, _time.ArmedTimers);
        Assert.True(await _started.WaitAsync(HostExtensions.Patience));
        _go.Release();
        await _time.WhenTimersAsync().WaitAsync(HostExtensions.Patience);
        _time.Advance(Wait);
        Assert.Equal(2 * Wait, (await second.EndOfAsync("i")).ReadOutputAs<TimeSpan>());
    }

    private Task<LocalDurableHost> StartAsync() => LocalDurableHost.StartAsync(b =>
    {
        b.Journal = _journal;
        b.TimeProvider = _time;
        b.AddActivity("work", async _ =>
        {
            _started.Release();
            await _go.WaitAsync();
        });
        b.AddOrchestrator("o", async (TaskOrchestrationContext c) =>
        {
            var before = c.CurrentUtcDateTime;
            for (var turn = 0; turn < 2; turn++)
            {
                await c.CallActivityAsync("work");
                await c.CreateTimer(Wait, CancellationToken.None);
            }

            return c.CurrentUtcDateTime - before;
        });
    });
}
