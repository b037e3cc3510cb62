using Microsoft.DurableTask;
using Microsoft.DurableTask.Client;
using Orchestrator.LocalHost.Journal;
using Orchestrator.Testing;

namespace Orchestrator.LocalHost.Tests.Runtime;

public sealed class TimerTests
{
    private readonly SteppedTimeProvider _time = new();

    [Fact]
    public async Task Timer_fires_at_its_time_and_the_clock_shows_it()
    {
        await using var host = await LocalDurableHost.StartAsync(b => Add(b).AddOrchestrator("o", async (TaskOrchestrationContext c) =>
        {
            var before = c.CurrentUtcDateTime;
            await c.CreateTimer(TimeSpan.FromHours(1), CancellationToken.None);
            return c.CurrentUtcDateTime - before;
        }));
        await host.Client.ScheduleNewOrchestrationInstanceAsync("o", new StartOrchestrationOptions("i"));
        await _time.WhenTimersAsync();
        _time.Advance(TimeSpan.FromMinutes(59));
        Assert.True((await host.Client.GetInstanceAsync("i"))!.IsRunning);
        _time.Advance(TimeSpan.FromMinutes(1));
        Assert.Equal(TimeSpan.FromHours(1), (await host.EndOfAsync("i")).ReadOutputAs<TimeSpan>());
        Assert.Equal(0, _time.ArmedTimers);
    }

    [Fact]
    public async Task Timer_of_the_system_that_comes_early_and_at_once_is_armed_again()
    {
        var hasty = new HastyTimers(_time);
        await using var host = await LocalDurableHost.StartAsync(b =>
        {
            Add(b).AddOrchestrator("o", async (TaskOrchestrationContext c) =>
            {
                await c.CreateTimer(TimeSpan.FromHours(1), CancellationToken.None);
                return "fired";
            });
            b.TimeProvider = hasty;
        });
        await host.Client.ScheduleNewOrchestrationInstanceAsync("o", new StartOrchestrationOptions("i"));
        await _time.WhenTimersAsync().WaitAsync(HostExtensions.Patience);
        _time.Advance(TimeSpan.FromHours(1));
        Assert.Equal("fired", (await host.EndOfAsync("i")).ReadOutputAs<string>());
    }

    [Fact]
    public async Task Timer_of_a_year_fires_after_a_year()
    {
        await using var host = await LocalDurableHost.StartAsync(b => Add(b).AddOrchestrator("o", async (TaskOrchestrationContext c) =>
        {
            await c.CreateTimer(TimeSpan.FromDays(365), CancellationToken.None);
            return c.CurrentUtcDateTime;
        }));
        await host.Client.ScheduleNewOrchestrationInstanceAsync("o", new StartOrchestrationOptions("i"));
        await _time.WhenTimersAsync();
        var start = _time.GetUtcNow().UtcDateTime;
        _time.Advance(TimeSpan.FromDays(364));
        Assert.True((await host.Client.GetInstanceAsync("i"))!.IsRunning);
        _time.Advance(TimeSpan.FromDays(1));
        Assert.Equal(start.AddDays(365), (await host.EndOfAsync("i")).ReadOutputAs<DateTime>());
    }

    /// <summary>Not in tests/Conformance: the sidecar of its engines does not pass the time on.</summary>
    [Fact]
    public async Task Start_at_keeps_the_instance_pending_until_then()
    {
        await using var host = await LocalDurableHost.StartAsync(
            b => Add(b).AddOrchestrator("o", (TaskOrchestrationContext c) => Task.FromResult(c.CurrentUtcDateTime)));
        var startAt = _time.GetUtcNow().AddHours(2);
        await host.Client.ScheduleNewOrchestrationInstanceAsync("o", new StartOrchestrationOptions("i", startAt));
        await _time.WhenTimersAsync();
        Assert.Equal(OrchestrationRuntimeStatus.Pending, (await host.Client.GetInstanceAsync("i"))!.RuntimeStatus);
        _time.Advance(TimeSpan.FromHours(2));
        Assert.Equal(startAt.UtcDateTime, (await host.EndOfAsync("i")).ReadOutputAs<DateTime>());
    }

    [Fact]
    public async Task Retry_policy_waits_longer_each_time_and_gives_up()
    {
        var calls = new List<DateTimeOffset>();
        await using var host = await LocalDurableHost.StartAsync(b => Add(b)
            .AddOrchestrator("o", (TaskOrchestrationContext c) => c.CallActivityAsync(
                "a", options: TaskOptions.FromRetryPolicy(new RetryPolicy(4, TimeSpan.FromSeconds(1), 3, TimeSpan.FromSeconds(5)))))
            .AddActivity<string, string>("a", string (TaskActivityContext _, string _) =>
            {
                calls.Add(_time.GetUtcNow());
                throw new TimeoutException("no");
            }));
        await host.Client.ScheduleNewOrchestrationInstanceAsync("o", new StartOrchestrationOptions("i"));
        foreach (var seconds in new[] { 1, 3, 5 })
        {
            await _time.WhenTimersAsync();
            _time.Advance(TimeSpan.FromSeconds(seconds));
        }

        Assert.Equal(OrchestrationRuntimeStatus.Failed, (await host.EndOfAsync("i")).RuntimeStatus);
        Assert.Equal([1, 3, 5], calls.Zip(calls.Skip(1), (a, b) => (int)(b - a).TotalSeconds));
    }

    [Fact]
    public async Task Instance_that_ends_before_its_start_leaves_no_timer_though_one_came_early_and_at_once()
    {
        await using var host = await LocalDurableHost.StartAsync(b =>
        {
            Add(b).AddOrchestrator("o", (TaskOrchestrationContext c) => Task.FromResult(c.CurrentUtcDateTime));
            b.TimeProvider = new HastyTimers(_time);
        });
        await host.Client.ScheduleNewOrchestrationInstanceAsync("o", new StartOrchestrationOptions("i", _time.GetUtcNow().AddHours(2)));
        await _time.WhenTimersAsync().WaitAsync(HostExtensions.Patience);
        await host.Client.TerminateInstanceAsync("i");
        await host.EndOfAsync("i");
        Assert.Equal(0, _time.ArmedTimers);
    }

    private LocalDurableHostBuilder Add(LocalDurableHostBuilder builder)
    {
        builder.TimeProvider = _time;
        builder.Journal = new MemoryJournal();
        return builder;
    }

    /// <summary>
    /// The first timer fires early, and before the call that arms it returns: the system fires timers on other threads.
    /// </summary>
    private sealed class HastyTimers(TimeProvider inner) : TimeProvider
    {
        private bool _came;

        public override long TimestampFrequency => inner.TimestampFrequency;

        public override DateTimeOffset GetUtcNow() => inner.GetUtcNow();

        public override long GetTimestamp() => inner.GetTimestamp();

        public override ITimer CreateTimer(TimerCallback callback, object? state, TimeSpan dueTime, TimeSpan period)
        {
            var timer = new HastyTimer(this, inner.CreateTimer(callback, state, Timeout.InfiniteTimeSpan, period), () => callback(state));
            timer.Change(dueTime, period);
            return timer;
        }

        private sealed class HastyTimer(HastyTimers all, ITimer inner, Action callback) : ITimer
        {
            public bool Change(TimeSpan dueTime, TimeSpan period)
            {
                if (all._came || dueTime == Timeout.InfiniteTimeSpan)
                {
                    return inner.Change(dueTime, period);
                }

                all._came = true;
                callback();
                return true;
            }

            public void Dispose() => inner.Dispose();

            public ValueTask DisposeAsync() => inner.DisposeAsync();
        }
    }
}
