using Microsoft.DurableTask;
using Microsoft.DurableTask.Client;
using Orchestrator.LocalHost.History;
using Orchestrator.LocalHost.Journal;

namespace Orchestrator.LocalHost.Tests.Runtime;

/// <summary>What clients and the host ask of an instance.</summary>
public sealed partial class WriteAheadTests
{
    [Fact]
    public async Task Raised_event_is_confirmed_when_it_is_durable()
    {
        var gate = _journal.Hold(e => e is EventRaised, out var appended);
        await using var host = await StartAsync();
        await ScheduleAsync(host, "waiting");
        var raised = host.Client.RaiseEventAsync("i", "go");
        await ProbeAsync(host, appended);
        Assert.False(raised.IsCompleted);
        gate.SetResult();
        await raised;
    }

    [Fact]
    public async Task Event_that_comes_too_late_is_not_confirmed_before_the_end_is_durable()
    {
        var gate = _journal.Hold(e => e is ExecutionCompleted { Output: "\"second\"" }, out var appended);
        await using var host = await StartAsync();
        await ScheduleAsync(host, "o");
        await appended.WaitAsync(HostExtensions.Patience);
        var raised = host.Client.RaiseEventAsync("i", "late");
        var terminated = host.Client.TerminateInstanceAsync("i");
        await ProbeAsync(host, appended);
        Assert.False(raised.IsCompleted || terminated.IsCompleted);
        gate.SetResult();
        await raised;
        await terminated;
        Assert.Equal(OrchestrationRuntimeStatus.Completed, (await host.EndOfAsync("i")).RuntimeStatus);
    }

    [Fact]
    public async Task Suspension_is_neither_confirmed_nor_visible_before_it_is_durable()
    {
        var gate = _journal.Hold(e => e is ExecutionSuspended, out var appended);
        await using var host = await StartAsync();
        await ScheduleAsync(host, "waiting");
        var suspended = host.Client.SuspendInstanceAsync("i");
        await ProbeAsync(host, appended);
        Assert.False(suspended.IsCompleted);
        Assert.Equal(OrchestrationRuntimeStatus.Running, (await host.Client.GetInstanceAsync("i"))!.RuntimeStatus);
        gate.SetResult();
        await suspended;
        Assert.Equal(OrchestrationRuntimeStatus.Suspended, (await host.Client.GetInstanceAsync("i"))!.RuntimeStatus);
    }

    [Fact]
    public async Task Instance_that_became_due_while_it_was_suspended_is_running_when_it_is_resumed()
    {
        await using var host = await StartAsync();
        await host.Client.ScheduleNewOrchestrationInstanceAsync(
            "waiting", new StartOrchestrationOptions("i", _time.GetUtcNow() + TimeSpan.FromHours(1)));
        await host.Client.SuspendInstanceAsync("i");
        _time.Advance(TimeSpan.FromHours(2));
        await host.Client.ResumeInstanceAsync("i");
        Assert.Equal(OrchestrationRuntimeStatus.Running, (await host.Client.GetInstanceAsync("i"))!.RuntimeStatus);
    }

    [Fact]
    public async Task Termination_is_neither_visible_nor_passed_on_before_it_is_durable()
    {
        var gate = _journal.Hold(e => e is ExecutionCompleted { Status: OrchestrationRuntimeStatus.Terminated }, out var appended);
        await using var host = await StartAsync();
        await ScheduleAsync(host, "waiting-parent");
        await host.Client.WaitForInstanceStartAsync("waiting-child").WaitAsync(HostExtensions.Patience);
        var terminated = host.Client.TerminateInstanceAsync("i", new TerminateInstanceOptions(Recursive: true));
        await ProbeAsync(host, appended);
        Assert.False(terminated.IsCompleted);
        Assert.Equal(OrchestrationRuntimeStatus.Running, (await host.Client.GetInstanceAsync("i"))!.RuntimeStatus);
        Assert.Single(await HistoryAsync("waiting-child"));
        gate.SetResult();
        await terminated;
        Assert.Equal(OrchestrationRuntimeStatus.Terminated, (await host.EndOfAsync("waiting-child")).RuntimeStatus);
    }

    [Fact]
    public async Task Stop_confirms_what_becomes_durable_and_lets_nothing_else_out()
    {
        var gate = _journal.Hold(e => e is EventRaised, out var appended);
        var host = await StartAsync();
        await ScheduleAsync(host, "waiting");
        var raised = host.Client.RaiseEventAsync("i", "go");
        await ProbeAsync(host, appended);
        await host.StopAsync().WaitAsync(HostExtensions.Patience);
        Assert.False(raised.IsCompleted);
        gate.SetResult();
        await raised.WaitAsync(HostExtensions.Patience);
        await host.DisposeAsync();
        Assert.False(_first.Task.IsCompleted);

        await using var next = await StartAsync();
        Assert.Equal("\"set\"", (await next.EndOfAsync("i")).SerializedCustomStatus);
        Assert.True(_first.Task.IsCompleted);
    }

    [Fact]
    public async Task Lost_journal_lets_nothing_out_even_if_it_becomes_durable()
    {
        var gate = _journal.Hold(e => e is TaskScheduled { Name: "first" }, out var appended);
        var host = await StartAsync();
        await host.Client.ScheduleNewOrchestrationInstanceAsync("endless", new StartOrchestrationOptions("other"));
        await _endlessRuns.Task.WaitAsync(HostExtensions.Patience);
        var started = ScheduleAsync(host, "o");
        await appended.WaitAsync(HostExtensions.Patience);
        _journal.Lose(new JournalException("Another process has it."));
        await _endlessEnded.Task.WaitAsync(HostExtensions.Patience);
        gate.SetResult();
        await started.WaitAsync(HostExtensions.Patience);
        await Assert.ThrowsAsync<JournalException>(() => host.Client.GetInstanceAsync("i"));
        await host.DisposeAsync();
        Assert.False(_first.Task.IsCompleted);
    }
}
