using Microsoft.DurableTask;
using Orchestrator.Testing;

namespace Orchestrator.LocalHost.Tests.Runtime;

/// <summary>Waits for events against timeouts, cancellations and each other.</summary>
public sealed class ExternalEventRaceTests
{
    private readonly SteppedTimeProvider _time = new();

    [Theory]
    [InlineData(1)]
    [InlineData(60)]
    public async Task Events_of_different_names_are_awaited_one_after_the_other(int count)
    {
        await using var host = await StartAsync(async c =>
        {
            var all = new List<int>();
            for (var i = 0; i < count; i++)
            {
                all.Add(await c.WaitForExternalEvent<int>($"e{i}"));
            }

            return string.Join(',', all);
        });
        for (var i = count; i-- > 0;)
        {
            await host.Client.RaiseEventAsync("i", $"e{i}", i);
        }

        Assert.Equal(string.Join(',', Enumerable.Range(0, count)), (await host.EndOfAsync("i")).ReadOutputAs<string>());
    }

    [Fact]
    public async Task Waits_for_one_name_are_served_from_the_latest_to_the_first()
    {
        await using var host = await StartAsync(async c => string.Join(',', await Task.WhenAll(Enumerable.Range(0, 4).Select(_ => c.WaitForExternalEvent<int>("e")))));
        await host.Client.WaitForInstanceStartAsync("i");
        for (var i = 0; i < 4; i++)
        {
            await host.Client.RaiseEventAsync("i", "e", i);
        }

        Assert.Equal("3,2,1,0", (await host.EndOfAsync("i")).ReadOutputAs<string>());
    }

    [Theory]
    [InlineData(true)]
    [InlineData(false)]
    public async Task Cancelled_wait_takes_nothing_from_the_one_that_still_waits(bool cancelledIsLatest)
    {
        await using var host = await StartAsync(async c =>
        {
            using var cancel = new CancellationTokenSource();
            var live = cancelledIsLatest ? c.WaitForExternalEvent<string>("e") : null;
            var cancelled = c.WaitForExternalEvent<string>("e", cancel.Token);
            cancel.Cancel();
            await CancelledAsync(cancelled);
            return await (live ?? c.WaitForExternalEvent<string>("e"));
        });
        await host.Client.WaitForInstanceStartAsync("i");
        await host.Client.RaiseEventAsync("i", "e", "mine");
        Assert.Equal("mine", (await host.EndOfAsync("i")).ReadOutputAs<string>());
    }

    [Fact]
    public async Task Wait_with_a_token_that_has_fired_is_cancelled_unless_an_event_is_there()
    {
        await using var host = await StartAsync(async c =>
        {
            var fired = new CancellationToken(canceled: true);
            await c.WaitForExternalEvent<string>("go");
            var taken = await c.WaitForExternalEvent<string>("early", fired);
            await CancelledAsync(c.WaitForExternalEvent<string>("never", fired));
            return taken;
        });
        await host.Client.RaiseEventAsync("i", "early", "was there");
        await host.Client.RaiseEventAsync("i", "go");
        Assert.Equal("was there", (await host.EndOfAsync("i")).ReadOutputAs<string>());
    }

    [Fact]
    public async Task Event_wins_over_its_timeout_and_leaves_no_timer()
    {
        await using var host = await StartAsync(async c =>
        {
            using var cancel = new CancellationTokenSource();
            return await c.WaitForExternalEvent<string>("e", TimeSpan.FromDays(7), cancel.Token);
        });
        await _time.WhenTimersAsync();
        await host.Client.RaiseEventAsync("i", "e", "in time");
        Assert.Equal("in time", (await host.EndOfAsync("i")).ReadOutputAs<string>());
        Assert.Equal(0, _time.ArmedTimers);
    }

    [Fact]
    public async Task First_of_two_events_cancels_the_wait_for_the_other_and_its_timer()
    {
        await using var host = await StartAsync(async c =>
        {
            using var cancel = new CancellationTokenSource();
            var left = c.WaitForExternalEvent<string>("left", TimeSpan.FromDays(7), cancel.Token);
            var right = c.WaitForExternalEvent<string>("right", TimeSpan.FromDays(7), cancel.Token);
            var winner = await Task.WhenAny(left, right);
            cancel.Cancel();
            return await winner;
        });
        await _time.WhenTimersAsync(2);
        await host.Client.RaiseEventAsync("i", "right", "turn");
        Assert.Equal("turn", (await host.EndOfAsync("i")).ReadOutputAs<string>());
        Assert.Equal(0, _time.ArmedTimers);
    }

    [Fact]
    public async Task Timeout_wins_over_a_token_that_never_fires()
    {
        await using var host = await StartAsync(async c =>
        {
            using var cancel = new CancellationTokenSource();
            await CancelledAsync(c.WaitForExternalEvent<string>("e", TimeSpan.FromMinutes(5), cancel.Token));
            return "gave up at " + c.CurrentUtcDateTime.TimeOfDay;
        });
        await _time.WhenTimersAsync();
        _time.Advance(TimeSpan.FromMinutes(5));
        Assert.Equal("gave up at 00:05:00", (await host.EndOfAsync("i")).ReadOutputAs<string>());
    }

    [Fact]
    public async Task Token_cancelled_by_a_timer_wins_over_event_and_timeout()
    {
        await using var host = await StartAsync(async c =>
        {
            using var cancel = new CancellationTokenSource();
            var waits = c.WaitForExternalEvent<string>("e", TimeSpan.FromDays(7), cancel.Token);
            await c.CreateTimer(TimeSpan.FromSeconds(10), CancellationToken.None);
            cancel.Cancel();
            await CancelledAsync(waits);
            return "cancelled";
        });
        await _time.WhenTimersAsync(2);
        _time.Advance(TimeSpan.FromSeconds(10));
        Assert.Equal("cancelled", (await host.EndOfAsync("i")).ReadOutputAs<string>());
        Assert.Equal(0, _time.ArmedTimers);
    }

    [Theory]
    [InlineData(true, "approved")]
    [InlineData(false, "too late")]
    public async Task Event_and_timer_race_in_a_when_any(bool raised, string result)
    {
        await using var host = await StartAsync(async c =>
        {
            using var cancel = new CancellationTokenSource();
            var approval = c.WaitForExternalEvent<string>("approval", cancel.Token);
            var timeout = c.CreateTimer(TimeSpan.FromMinutes(5), cancel.Token);
            var winner = await Task.WhenAny(approval, timeout);
            cancel.Cancel();
            return winner == approval ? await approval : "too late";
        });
        await _time.WhenTimersAsync();
        if (raised)
        {
            await host.Client.RaiseEventAsync("i", "approval", "approved");
        }
        else
        {
            _time.Advance(TimeSpan.FromMinutes(5));
        }

        Assert.Equal(result, (await host.EndOfAsync("i")).ReadOutputAs<string>());
        Assert.Equal(0, _time.ArmedTimers);
    }

    private static async Task CancelledAsync(Task wait)
    {
        try
        {
            await wait;
        }
        catch (OperationCanceledException)
        {
            return;
        }

        throw new InvalidOperationException("The wait was not cancelled.");
    }

    private async Task<LocalDurableHost> StartAsync(Func<TaskOrchestrationContext, Task<string>> code)
    {
        var host = await LocalDurableHost.StartAsync(b =>
        {
            b.TimeProvider = _time;
            b.AddOrchestrator("o", code);
        });
        await host.Client.ScheduleNewOrchestrationInstanceAsync("o", new StartOrchestrationOptions("i"));
        return host;
    }
}
