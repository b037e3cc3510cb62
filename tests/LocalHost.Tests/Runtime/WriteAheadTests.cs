using Microsoft.DurableTask;
using Microsoft.DurableTask.Client;
using Orchestrator.LocalHost.Functions;
using Orchestrator.LocalHost.History;
using Orchestrator.LocalHost.Journal;
using Orchestrator.Testing;

namespace Orchestrator.LocalHost.Tests.Runtime;

/// <summary>
/// Nothing is visible before its record is durable. While a write is held back, the orchestration "probe" runs to its end: what the other instance had
/// let out before would have begun by then.
/// </summary>
public sealed partial class WriteAheadTests
{
    private readonly MemoryJournal _memory = new();
    private readonly JournalDouble _journal;
    private readonly SteppedTimeProvider _time = new();
    private readonly TaskCompletionSource _first = new(TaskCreationOptions.RunContinuationsAsynchronously);
    private readonly TaskCompletionSource _second = new(TaskCreationOptions.RunContinuationsAsynchronously);
    private readonly TaskCompletionSource _endlessRuns = new(TaskCreationOptions.RunContinuationsAsynchronously);
    private readonly TaskCompletionSource _endlessEnded = new(TaskCreationOptions.RunContinuationsAsynchronously);

    public WriteAheadTests() => _journal = new JournalDouble(_memory);

    [Fact]
    public async Task Event_and_what_its_turn_requests_are_one_write()
    {
        await using var host = await StartAsync();
        await host.RunAsync("o");
        Assert.Equal((6, 3), (_journal.Records, _journal.Writes));
    }

    [Fact]
    public async Task Start_is_not_confirmed_and_not_visible_before_it_is_durable()
    {
        var gate = _journal.Hold(e => e is ExecutionStarted, out var appended);
        await using var host = await StartAsync();
        var started = ScheduleAsync(host, "o");
        await appended;
        Assert.False(started.IsCompleted);
        Assert.Null(await host.Client.GetInstanceAsync("i"));
        gate.SetResult();
        await started;
        Assert.NotNull(await host.Client.GetInstanceAsync("i"));
        await host.EndOfAsync("i");
    }

    [Fact]
    public async Task Activity_does_not_start_before_its_schedule_is_durable()
    {
        var gate = _journal.Hold(e => e is TaskScheduled { Name: "first" }, out var appended);
        await using var host = await StartAsync();
        var started = ScheduleAsync(host, "o");
        await ProbeAsync(host, appended);
        Assert.False(_first.Task.IsCompleted);
        gate.SetResult();
        await started;
        await host.EndOfAsync("i");
        Assert.True(_first.Task.IsCompleted);
    }

    [Fact]
    public async Task Result_of_an_activity_is_not_seen_before_it_is_durable()
    {
        var gate = _journal.Hold(e => e is TaskCompleted { Result: "\"first\"" }, out var appended);
        await using var host = await StartAsync();
        await ScheduleAsync(host, "o");
        await ProbeAsync(host, appended);
        Assert.False(_second.Task.IsCompleted);
        Assert.True((await host.Client.GetInstanceAsync("i"))!.IsRunning);
        gate.SetResult();
        await host.EndOfAsync("i");
        Assert.True(_second.Task.IsCompleted);
    }

    [Fact]
    public async Task Timer_may_fire_before_it_is_durable_but_nothing_follows_from_it()
    {
        var created = _journal.Hold(e => e is TimerCreated, out _);
        var firing = _journal.Hold(e => e is TimerFired, out var fired);
        await using var host = await StartAsync();
        var started = ScheduleAsync(host, "timer");
        await _time.WhenTimersAsync().WaitAsync(HostExtensions.Patience);
        _time.AdvanceToNextTimer();
        await ProbeAsync(host, fired);
        Assert.False(_first.Task.IsCompleted || started.IsCompleted);
        created.SetResult();
        await started;
        await ProbeAsync(host, fired);
        Assert.False(_first.Task.IsCompleted);
        firing.SetResult();
        await host.EndOfAsync("i");
        Assert.True(_first.Task.IsCompleted);
    }

    [Fact]
    public async Task Completion_is_not_visible_before_it_is_durable()
    {
        var gate = _journal.Hold(e => e is ExecutionCompleted { Output: "\"second\"" }, out var appended);
        await using var host = await StartAsync();
        await ScheduleAsync(host, "o");
        var end = host.EndOfAsync("i");
        await ProbeAsync(host, appended);
        Assert.False(end.IsCompleted);
        Assert.Equal(OrchestrationRuntimeStatus.Running, (await host.Client.GetInstanceAsync("i"))!.RuntimeStatus);
        Assert.Equal(0, (await host.Client.PurgeInstanceAsync("i")).PurgedInstanceCount);
        gate.SetResult();
        Assert.Equal(OrchestrationRuntimeStatus.Completed, (await end).RuntimeStatus);
    }

    [Fact]
    public async Task Child_is_not_created_before_the_parents_record_is_durable()
    {
        var gate = _journal.Hold(e => e is SubOrchestrationCreated, out var appended);
        await using var host = await StartAsync();
        var started = ScheduleAsync(host, "parent");
        await appended.WaitAsync(HostExtensions.Patience);
        Assert.Null(await host.Client.GetInstanceAsync("child"));
        Assert.Equal(2, _journal.Records);
        gate.SetResult();
        await started;
        await host.EndOfAsync("i");
        Assert.NotNull(await host.Client.GetInstanceAsync("child"));
    }

    [Fact]
    public async Task End_of_a_child_is_not_told_to_its_parent_before_it_is_durable()
    {
        var gate = _journal.Hold(e => e is ExecutionCompleted { Output: "\"child\"" }, out var appended);
        await using var host = await StartAsync();
        await ScheduleAsync(host, "parent");
        await ProbeAsync(host, appended);
        Assert.DoesNotContain(await HistoryAsync("i"), e => e is SubOrchestrationCompleted);
        gate.SetResult();
        await host.EndOfAsync("i");
    }

    [Fact]
    public async Task Event_is_not_delivered_to_another_instance_before_its_sending_is_durable()
    {
        var gate = _journal.Hold(e => e is EventSent, out var appended);
        await using var host = await StartAsync();
        await host.Client.ScheduleNewOrchestrationInstanceAsync("waiting", new StartOrchestrationOptions("target"));
        var started = ScheduleAsync(host, "sender");
        await ProbeAsync(host, appended);
        Assert.Single(await HistoryAsync("target"));
        gate.SetResult();
        await started;
        await host.EndOfAsync("target");
        await host.EndOfAsync("i");
    }

    [Fact]
    public async Task Custom_status_is_not_visible_before_it_is_durable()
    {
        var gate = _journal.Hold(e => e is CustomStatusSet, out var appended);
        await using var host = await StartAsync();
        await ScheduleAsync(host, "waiting");
        var raised = host.Client.RaiseEventAsync("i", "go");
        await appended.WaitAsync(HostExtensions.Patience);
        Assert.Null((await host.Client.GetInstanceAsync("i", getInputsAndOutputs: true))!.SerializedCustomStatus);
        gate.SetResult();
        await raised;
        Assert.Equal("\"set\"", (await host.EndOfAsync("i")).SerializedCustomStatus);
    }

    [Fact]
    public async Task Next_execution_does_not_begin_and_the_history_before_is_kept_until_its_start_is_durable()
    {
        var gate = _journal.Hold(e => e is ExecutionStarted { Input: "2" }, out var appended);
        await using var host = await StartAsync();
        var started = host.Client.ScheduleNewOrchestrationInstanceAsync("again", 1, new StartOrchestrationOptions("i"));
        await appended.WaitAsync(HostExtensions.Patience);
        var suspended = host.Client.SuspendInstanceAsync("i");
        await ProbeAsync(host, appended);
        Assert.False(started.IsCompleted || suspended.IsCompleted || _first.Task.IsCompleted);
        Assert.Contains(new JournalId("i", 0), await _memory.ListAsync().ToListAsync());
        gate.SetResult();
        await started;
        await suspended;
        Assert.Equal(OrchestrationRuntimeStatus.Suspended, (await host.Client.GetInstanceAsync("i"))!.RuntimeStatus);
        Assert.DoesNotContain(new JournalId("i", 0), await _memory.ListAsync().ToListAsync());
        await host.Client.ResumeInstanceAsync("i");
        await host.EndOfAsync("i");
    }

    [Fact]
    public async Task Instance_whose_history_cannot_be_written_stands_still_and_says_why()
    {
        var gate = _journal.Hold(e => e is TaskCompleted, out var appended);
        await using var host = await StartAsync();
        await ScheduleAsync(host, "o");
        var end = host.EndOfAsync("i");
        await appended.WaitAsync(HostExtensions.Patience);
        var raised = host.Client.RaiseEventAsync("i", "e");
        gate.SetException(new JournalException("The disk is full."));
        Assert.Contains("The disk is full.", (await Assert.ThrowsAsync<JournalException>(() => end)).Message, StringComparison.Ordinal);
        Assert.Contains("The disk is full.", (await Assert.ThrowsAsync<JournalException>(() => raised)).Message, StringComparison.Ordinal);
        Assert.Contains(
            "The disk is full.", (await Assert.ThrowsAsync<JournalException>(() => host.Client.GetInstanceAsync("i"))).Message,
            StringComparison.Ordinal);
        Assert.Equal(["i"], host.RefusedInstances.Keys);
        Assert.False(_second.Task.IsCompleted);
    }

    [Fact]
    public async Task Instance_whose_journal_is_closed_refuses_messages()
    {
        using var folder = new TempFolder();
        var journal = FileJournal.Open(folder.Path);
        await using var host = await StartAsync(journal);
        await ScheduleAsync(host, "waiting");
        await journal.DisposeAsync();
        await Assert.ThrowsAsync<ObjectDisposedException>(() => host.Client.RaiseEventAsync("i", "go").WaitAsync(HostExtensions.Patience));
        Assert.Equal(["i"], host.RefusedInstances.Keys);
    }

    private static Task<string> ScheduleAsync(LocalDurableHost host, string orchestrator) =>
        host.Client.ScheduleNewOrchestrationInstanceAsync(orchestrator, new StartOrchestrationOptions("i"));

    private static async Task ProbeAsync(LocalDurableHost host, Task appended)
    {
        await appended.WaitAsync(HostExtensions.Patience);
        await host.RunAsync("probe");
    }

    private async Task<List<HistoryEvent>> HistoryAsync(string instanceId) =>
        await _memory.ReadAsync(new JournalId(instanceId, 0)).Select(record => HistoryEventReader.Read(record.Span)).ToListAsync();

    private Task<LocalDurableHost> StartAsync(IJournal? journal = null) => LocalDurableHost.StartAsync(b =>
    {
        b.Journal = journal ?? _journal;
        b.TimeProvider = _time;
        b.AddActivity("first", _ =>
        {
            _first.TrySetResult();
            return "first";
        });
        b.AddActivity("second", _ =>
        {
            _second.TrySetResult();
            return "second";
        });
        b.AddActivity("probe", _ => Task.CompletedTask);
        b.AddActivity("endless", async c =>
        {
            _endlessRuns.TrySetResult();
            await Task.Delay(Timeout.InfiniteTimeSpan, TimeProvider.System, ((ActivityInvocation)c).CancellationToken)
                .ConfigureAwait(ConfigureAwaitOptions.SuppressThrowing);
            _endlessEnded.TrySetResult();
        });
        b.AddOrchestrator("probe", (TaskOrchestrationContext c) => c.CallActivityAsync("probe"));
        b.AddOrchestrator("endless", (TaskOrchestrationContext c) => c.CallActivityAsync("endless"));
        b.AddOrchestrator("o", async (TaskOrchestrationContext c) =>
        {
            await c.CallActivityAsync<string>("first");
            return await c.CallActivityAsync<string>("second");
        });
        b.AddOrchestrator("timer", async (TaskOrchestrationContext c) =>
        {
            await c.CreateTimer(TimeSpan.FromHours(1), CancellationToken.None);
            await c.CallActivityAsync<string>("first");
        });
        b.AddOrchestrator("child", (TaskOrchestrationContext _) => Task.FromResult("child"));
        b.AddOrchestrator(
            "parent", (TaskOrchestrationContext c) => c.CallSubOrchestratorAsync("child", options: new SubOrchestrationOptions(instanceId: "child")));
        b.AddOrchestrator(
            "waiting-parent",
            (TaskOrchestrationContext c) => c.CallSubOrchestratorAsync("waiting", options: new SubOrchestrationOptions(instanceId: "waiting-child")));
        b.AddOrchestrator("sender", (TaskOrchestrationContext c) =>
        {
            c.SendEvent("target", "go", "sent");
            return Task.CompletedTask;
        });
        b.AddOrchestrator("waiting", async (TaskOrchestrationContext c) =>
        {
            await c.WaitForExternalEvent<string>("go");
            c.SetCustomStatus("set");
            await c.CallActivityAsync<string>("first");
        });
        b.AddOrchestrator("again", async (TaskOrchestrationContext c, int round) =>
        {
            if (round < 2)
            {
                c.ContinueAsNew(round + 1);
            }
            else
            {
                await c.CallActivityAsync<string>("first");
            }
        });
    });
}
