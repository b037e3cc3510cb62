using Microsoft.DurableTask;
using Microsoft.DurableTask.Client;
using Orchestrator.LocalHost.History;
using Orchestrator.LocalHost.Journal;

namespace Orchestrator.LocalHost.Tests.Runtime;

/// <summary>Nothing is visible before its record is durable.</summary>
public sealed class WriteAheadTests
{
    private readonly JournalDouble _journal = new(new MemoryJournal());
    private readonly TaskCompletionSource _second = new(TaskCreationOptions.RunContinuationsAsynchronously);

    [Fact]
    public async Task Start_is_not_confirmed_and_not_visible_before_it_is_durable()
    {
        var gate = _journal.Hold(e => e is ExecutionStarted, out var appended);
        await using var host = await StartAsync();
        var started = host.Client.ScheduleNewOrchestrationInstanceAsync("o", new StartOrchestrationOptions("i"));
        await appended;
        Assert.False(started.IsCompleted);
        Assert.Null(await host.Client.GetInstanceAsync("i"));
        gate.SetResult();
        await started;
        Assert.NotNull(await host.Client.GetInstanceAsync("i"));
        await host.EndOfAsync("i");
    }

    [Fact]
    public async Task Activity_starts_before_its_schedule_is_durable_but_its_result_is_not_seen_before_it_is()
    {
        var scheduled = _journal.Hold(e => e is TaskScheduled { Id: 0 }, out _);
        var completed = _journal.Hold(e => e is TaskCompleted { Id: 0 }, out var activityRan);
        await using var host = await StartAsync();
        await host.Client.ScheduleNewOrchestrationInstanceAsync("o", new StartOrchestrationOptions("i"));
        await activityRan.WaitAsync(HostExtensions.Patience);
        scheduled.SetResult();
        Assert.False(_second.Task.IsCompleted);
        Assert.True((await host.Client.GetInstanceAsync("i"))!.IsRunning);
        completed.SetResult();
        await _second.Task.WaitAsync(HostExtensions.Patience);
        await host.EndOfAsync("i");
    }

    [Fact]
    public async Task Completion_is_not_visible_before_it_is_durable()
    {
        var gate = _journal.Hold(e => e is ExecutionCompleted, out var appended);
        await using var host = await StartAsync();
        await host.Client.ScheduleNewOrchestrationInstanceAsync("o", new StartOrchestrationOptions("i"));
        var end = host.EndOfAsync("i");
        await appended.WaitAsync(HostExtensions.Patience);
        Assert.False(end.IsCompleted);
        Assert.Equal(OrchestrationRuntimeStatus.Running, (await host.Client.GetInstanceAsync("i"))!.RuntimeStatus);
        gate.SetResult();
        Assert.Equal(OrchestrationRuntimeStatus.Completed, (await end).RuntimeStatus);
    }

    [Fact]
    public async Task Child_is_not_created_before_the_parents_record_is_durable()
    {
        var gate = _journal.Hold(e => e is SubOrchestrationCreated, out var appended);
        await using var host = await StartAsync();
        await host.Client.ScheduleNewOrchestrationInstanceAsync("parent", new StartOrchestrationOptions("p"));
        await appended.WaitAsync(HostExtensions.Patience);
        Assert.Null(await host.Client.GetInstanceAsync("child"));
        Assert.Equal(2, _journal.Appends);
        gate.SetResult();
        await host.EndOfAsync("p");
        Assert.NotNull(await host.Client.GetInstanceAsync("child"));
    }

    [Fact]
    public async Task Custom_status_is_not_visible_before_it_is_durable()
    {
        var gate = _journal.Hold(e => e is CustomStatusSet, out var appended);
        await using var host = await StartAsync();
        await host.Client.ScheduleNewOrchestrationInstanceAsync("status", new StartOrchestrationOptions("i"));
        await appended.WaitAsync(HostExtensions.Patience);
        Assert.Null((await host.Client.GetInstanceAsync("i", getInputsAndOutputs: true))!.SerializedCustomStatus);
        gate.SetResult();
        await host.Client.RaiseEventAsync("i", "go");
        Assert.Equal("\"set\"", (await host.EndOfAsync("i")).SerializedCustomStatus);
    }

    [Fact]
    public async Task Raised_event_is_confirmed_when_it_is_durable()
    {
        var gate = _journal.Hold(e => e is EventRaised, out var appended);
        await using var host = await StartAsync();
        await host.Client.ScheduleNewOrchestrationInstanceAsync("status", new StartOrchestrationOptions("i"));
        var raised = host.Client.RaiseEventAsync("i", "go");
        await appended.WaitAsync(HostExtensions.Patience);
        Assert.False(raised.IsCompleted);
        gate.SetResult();
        await raised;
    }

    [Fact]
    public async Task Instance_whose_history_cannot_be_written_stands_still_and_says_why()
    {
        var gate = _journal.Hold(e => e is TaskCompleted, out var appended);
        await using var host = await StartAsync();
        await host.Client.ScheduleNewOrchestrationInstanceAsync("o", new StartOrchestrationOptions("i"));
        var end = host.EndOfAsync("i");
        await appended.WaitAsync(HostExtensions.Patience);
        gate.SetException(new JournalException("The disk is full."));
        Assert.Contains("The disk is full.", (await Assert.ThrowsAsync<JournalException>(() => end)).Message, StringComparison.Ordinal);
        Assert.Contains(
            "The disk is full.", (await Assert.ThrowsAsync<JournalException>(() => host.Client.GetInstanceAsync("i"))).Message,
            StringComparison.Ordinal);
        Assert.Equal(["i"], host.RefusedInstances.Keys);
        Assert.False(_second.Task.IsCompleted);
    }

    private Task<LocalDurableHost> StartAsync() => LocalDurableHost.StartAsync(b =>
    {
        b.Journal = _journal;
        b.AddActivity("first", _ => Task.CompletedTask);
        b.AddActivity("second", _ =>
        {
            _second.TrySetResult();
            return Task.CompletedTask;
        });
        b.AddOrchestrator("o", async (TaskOrchestrationContext c) =>
        {
            await c.CallActivityAsync("first");
            await c.CallActivityAsync("second");
        });
        b.AddOrchestrator("child", (TaskOrchestrationContext _) => Task.CompletedTask);
        b.AddOrchestrator(
            "parent", (TaskOrchestrationContext c) => c.CallSubOrchestratorAsync("child", options: new SubOrchestrationOptions(instanceId: "child")));
        b.AddOrchestrator("status", async (TaskOrchestrationContext c) =>
        {
            c.SetCustomStatus("set");
            await c.WaitForExternalEvent<string>("go");
        });
    });
}
