using Microsoft.DurableTask;
using Orchestrator.Testing;

namespace Orchestrator.LocalHost.Tests.Runtime;

/// <summary>What the host keeps of waits and timers that are over. Which of them wins is tested on every engine (tests/Conformance).</summary>
public sealed class ExternalEventRaceTests
{
    private readonly SteppedTimeProvider _time = new();

    [Theory]
    [InlineData(true, "turn")]
    [InlineData(false, "too late")]
    public async Task Waits_and_timers_that_are_over_leave_no_timer_armed(bool raised, string result)
    {
        await using var host = await LocalDurableHost.StartAsync(b =>
        {
            b.TimeProvider = _time;
            b.AddOrchestrator("o", async (TaskOrchestrationContext c) =>
            {
                using var cancel = new CancellationTokenSource();
                var left = c.WaitForExternalEvent<string>("left", TimeSpan.FromDays(7), cancel.Token);
                var right = c.WaitForExternalEvent<string>("right", TimeSpan.FromDays(7), cancel.Token);
                var timer = c.CreateTimer(TimeSpan.FromMinutes(5), cancel.Token);
                var winner = await Task.WhenAny(left, right, timer);
                cancel.Cancel();
                return winner == timer ? "too late" : await (Task<string>)winner;
            });
        });
        await host.Client.ScheduleNewOrchestrationInstanceAsync("o", new StartOrchestrationOptions("i"));
        await _time.WhenTimersAsync(3);
        if (raised)
        {
            await host.Client.RaiseEventAsync("i", "right", "turn");
        }
        else
        {
            _time.Advance(TimeSpan.FromMinutes(5));
        }

        Assert.Equal(result, (await host.EndOfAsync("i")).ReadOutputAs<string>());
        Assert.Equal(0, _time.ArmedTimers);
    }
}
