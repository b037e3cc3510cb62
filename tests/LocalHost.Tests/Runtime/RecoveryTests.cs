using System.Collections.Concurrent;
using Microsoft.DurableTask;
using Microsoft.DurableTask.Client;
using Orchestrator.LocalHost.Functions;
using Orchestrator.LocalHost.Journal;
using Orchestrator.Testing;

namespace Orchestrator.LocalHost.Tests.Runtime;

/// <summary>A host is stopped in the middle and another goes on over the same journal.</summary>
public sealed class RecoveryTests
{
    private readonly MemoryJournal _journal = new();
    private readonly SteppedTimeProvider _time = new();
    private readonly ConcurrentQueue<string> _ran = new();

    [Fact]
    public async Task Chain_goes_on_behind_its_last_finished_step()
    {
        await using (var first = await StartAsync(stopAt: 3))
        {
            await first.Client.ScheduleNewOrchestrationInstanceAsync("chain", 6, new StartOrchestrationOptions("i"));
            await StopAtBarrier(first);
        }

        Assert.Equal(["a0", "a1", "a2", "a3"], _ran);
        _ran.Clear();
        await using var second = await StartAsync();
        Assert.Equal("0123456", (await second.EndOfAsync("i")).ReadOutputAs<string>()![..7]);
        Assert.Equal("a3", _ran.First());
        Assert.DoesNotContain("a2", _ran);
    }

    [Fact]
    public async Task Fan_out_repeats_only_what_had_not_finished()
    {
        await using (var first = await StartAsync(stopAt: 7))
        {
            await first.Client.ScheduleNewOrchestrationInstanceAsync("wide", 20, new StartOrchestrationOptions("i"));
            await StopAtBarrier(first, others: 19);
        }

        _ran.Clear();
        await using var second = await StartAsync();
        Assert.Equal(190, (await second.EndOfAsync("i")).ReadOutputAs<int>());
        Assert.Equal(["a7"], _ran);
    }

    [Fact]
    public async Task Timer_fires_in_the_next_host()
    {
        await using (var first = await StartAsync())
        {
            await first.Client.ScheduleNewOrchestrationInstanceAsync("timer", new StartOrchestrationOptions("i"));
            await _time.WhenTimersAsync();
        }

        Assert.Equal(0, _time.ArmedTimers);
        await using var second = await StartAsync();
        await _time.WhenTimersAsync();
        _time.Advance(TimeSpan.FromHours(1));
        Assert.Equal("fired", (await second.EndOfAsync("i")).ReadOutputAs<string>());
    }

    [Fact]
    public async Task Timer_that_became_due_meanwhile_fires_at_the_start()
    {
        await using (var first = await StartAsync())
        {
            await first.Client.ScheduleNewOrchestrationInstanceAsync("timer", new StartOrchestrationOptions("i"));
            await _time.WhenTimersAsync();
        }

        _time.Advance(TimeSpan.FromDays(1));
        await using var second = await StartAsync();
        await _time.WhenTimersAsync();
        _time.Advance(TimeSpan.Zero);
        Assert.Equal("fired", (await second.EndOfAsync("i")).ReadOutputAs<string>());
    }

    [Fact]
    public async Task Events_are_not_lost_between_hosts()
    {
        await using (var first = await StartAsync())
        {
            await first.Client.ScheduleNewOrchestrationInstanceAsync("events", new StartOrchestrationOptions("i"));
            await first.Client.RaiseEventAsync("i", "e", "a");
            await first.Client.RaiseEventAsync("i", "e", "b");
        }

        await using var second = await StartAsync();
        await second.Client.RaiseEventAsync("i", "e", "c");
        Assert.Equal("abc", (await second.EndOfAsync("i")).ReadOutputAs<string>());
    }

    [Fact]
    public async Task Suspended_instance_is_suspended_in_the_next_host_and_goes_on_when_resumed()
    {
        await using (var first = await StartAsync())
        {
            await first.Client.ScheduleNewOrchestrationInstanceAsync("events", new StartOrchestrationOptions("i"));
            await first.Client.RaiseEventAsync("i", "e", "a");
            await first.Client.SuspendInstanceAsync("i", "wait");
            await first.Client.RaiseEventAsync("i", "e", "b");
        }

        await using var second = await StartAsync();
        Assert.Equal(OrchestrationRuntimeStatus.Suspended, (await second.Client.GetInstanceAsync("i"))!.RuntimeStatus);
        await second.Client.RaiseEventAsync("i", "e", "c");
        Assert.Equal(OrchestrationRuntimeStatus.Suspended, (await second.Client.GetInstanceAsync("i"))!.RuntimeStatus);
        await second.Client.ResumeInstanceAsync("i");
        Assert.Equal("abc", (await second.EndOfAsync("i")).ReadOutputAs<string>());
    }

    [Fact]
    public async Task Terminated_and_finished_instances_keep_their_status()
    {
        await using (var first = await StartAsync())
        {
            await first.Client.ScheduleNewOrchestrationInstanceAsync("events", new StartOrchestrationOptions("t"));
            await first.Client.TerminateInstanceAsync("t", "enough");
            await first.RunAsync("chain", 1, "c");
        }

        _ran.Clear();
        await using var second = await StartAsync();
        var terminated = await second.Client.GetInstanceAsync("t", getInputsAndOutputs: true);
        Assert.Equal((OrchestrationRuntimeStatus.Terminated, "enough"), (terminated!.RuntimeStatus, terminated.ReadOutputAs<string>()));
        var completed = await second.Client.GetInstanceAsync("c", getInputsAndOutputs: true);
        Assert.Equal((OrchestrationRuntimeStatus.Completed, 1), (completed!.RuntimeStatus, completed.ReadInputAs<int>()));
        Assert.Empty(_ran);
    }

    [Fact]
    public async Task Sub_orchestration_goes_on_and_answers_its_parent()
    {
        await using (var first = await StartAsync(stopAt: 1))
        {
            await first.Client.ScheduleNewOrchestrationInstanceAsync("parent", 3, new StartOrchestrationOptions("i"));
            await StopAtBarrier(first);
        }

        await using var second = await StartAsync();
        Assert.Equal("parent of 0123", (await second.EndOfAsync("i")).ReadOutputAs<string>());
    }

    [Fact]
    public async Task Start_at_is_kept_by_the_next_host()
    {
        var startAt = _time.GetUtcNow().AddHours(1);
        await using (var first = await StartAsync())
        {
            await first.Client.ScheduleNewOrchestrationInstanceAsync("clock", null, new StartOrchestrationOptions("i", startAt));
        }

        await using var second = await StartAsync();
        Assert.Equal(OrchestrationRuntimeStatus.Pending, (await second.Client.GetInstanceAsync("i"))!.RuntimeStatus);
        await _time.WhenTimersAsync();
        _time.Advance(TimeSpan.FromHours(1));
        Assert.Equal(startAt.UtcDateTime, (await second.EndOfAsync("i")).ReadOutputAs<DateTime>());
    }

    [Fact]
    public async Task IsReplaying_is_true_until_the_first_new_event()
    {
        await using (var first = await StartAsync(stopAt: 1))
        {
            await first.Client.ScheduleNewOrchestrationInstanceAsync("replaying", 2, new StartOrchestrationOptions("i"));
            await StopAtBarrier(first);
        }

        await using var second = await StartAsync();
        Assert.Equal("True,True,False", (await second.EndOfAsync("i")).ReadOutputAs<string>());
    }

    private readonly TaskCompletionSource _blocked = new(TaskCreationOptions.RunContinuationsAsynchronously);
    private readonly SemaphoreSlim _passed = new(0);

    private async Task StopAtBarrier(LocalDurableHost host, int others = 0)
    {
        await _blocked.Task.WaitAsync(HostExtensions.Patience);
        for (var i = 0; i < others; i++)
        {
            Assert.True(await _passed.WaitAsync(HostExtensions.Patience));
        }

        await host.StopAsync();
    }

    private Task<LocalDurableHost> StartAsync(int stopAt = -1) => LocalDurableHost.StartAsync(b =>
    {
        b.Journal = _journal;
        b.TimeProvider = _time;
        b.Options.StopTimeout = TimeSpan.Zero;
        Register(b, stopAt);
    });

    private void Register(LocalDurableHostBuilder builder, int stopAt) => builder
        .AddActivity("a", async Task<int> (ActivityInvocation run) =>
        {
            var n = run.GetInput<int>();
            _ran.Enqueue($"a{n}");
            if (n == stopAt)
            {
                _blocked.TrySetResult();
                await Task.Delay(Timeout.InfiniteTimeSpan, _time, run.CancellationToken);
            }

            _passed.Release();
            return n;
        })
        .AddOrchestrator("chain", async (TaskOrchestrationContext c, int n) => await ChainAsync(c, n))
        .AddOrchestrator("wide", async (TaskOrchestrationContext c, int n) =>
            (await Task.WhenAll(Enumerable.Range(0, n).Select(i => c.CallActivityAsync<int>("a", i)))).Sum())
        .AddOrchestrator("timer", async (TaskOrchestrationContext c) =>
        {
            await c.CreateTimer(TimeSpan.FromHours(1), CancellationToken.None);
            return "fired";
        })
        .AddOrchestrator("events", async (TaskOrchestrationContext c) =>
            await c.WaitForExternalEvent<string>("e") + await c.WaitForExternalEvent<string>("e") + await c.WaitForExternalEvent<string>("e"))
        .AddOrchestrator("parent", async (TaskOrchestrationContext c, int n) => "parent of " + await c.CallSubOrchestratorAsync<string>("chain", n))
        .AddOrchestrator("clock", (TaskOrchestrationContext c) => Task.FromResult(c.CurrentUtcDateTime))
        .AddOrchestrator("replaying", async (TaskOrchestrationContext c, int n) =>
        {
            var seen = new List<bool> { c.IsReplaying };
            for (var i = 0; i < n; i++)
            {
                await c.CallActivityAsync<int>("a", i);
                seen.Add(c.IsReplaying);
            }

            return string.Join(",", seen);
        });

    private static async Task<string> ChainAsync(TaskOrchestrationContext c, int n)
    {
        var text = string.Empty;
        for (var i = 0; i <= n; i++)
        {
            text += await c.CallActivityAsync<int>("a", i);
        }

        return text;
    }
}
