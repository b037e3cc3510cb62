using Microsoft.DurableTask.Client;
using Orchestrator.Testing.Azurite;

namespace Orchestrator.Conformance;

/// <summary>Events, timers, suspended and terminated instances.</summary>
public abstract partial class EngineTests
{
    [SuiteFact]
    public async Task Events_raised_early_are_kept_and_names_ignore_case()
    {
        var id = await StartAsync("TwoEvents", "");
        await engine.Client.RaiseEventAsync(id, "SECOND", "b");
        await engine.Client.RaiseEventAsync(id, "first", "a");
        string[] expected = ["a", "b"];
        Assert.Equal(expected, (await engine.EndOfAsync(id)).ReadOutputAs<string[]>());
    }

    [SuiteFact]
    public async Task Events_that_no_round_took_are_the_next_rounds()
    {
        var id = await StartAsync("EventOfEachRound", 0);
        foreach (var value in new[] { "a", "b", "c" })
        {
            await engine.Client.RaiseEventAsync(id, "Next", value);
        }

        string[] expected = ["2", "c"];
        Assert.Equal(expected, (await engine.EndOfAsync(id)).ReadOutputAs<string[]>());
    }

    [SuiteFact]
    public async Task Orchestrator_sends_an_event_to_another()
    {
        var receiver = await StartAsync("OneEvent", "waiting");
        await WaitUntilAsync(receiver, instance => instance.ReadCustomStatusAs<string>() == "waiting");
        var sender = await StartAsync("Sender", receiver);
        Assert.Equal("from " + sender, (await engine.EndOfAsync(receiver)).ReadOutputAs<string>());
    }

    [SuiteFact]
    public async Task Event_for_an_unknown_instance_makes_none()
    {
        var id = Guid.NewGuid().ToString("N");
        await engine.Client.RaiseEventAsync(id, "Go", "x");
        await RunAsync("Chain", 1);
        Assert.Null(await engine.Client.GetInstanceAsync(id));
    }

    [SuiteFact]
    public async Task Wait_with_a_timeout_ends_without_the_event() =>
        Assert.Equal("too late", (await RunAsync("EventInTime", "")).ReadOutputAs<string>());

    [SuiteFact]
    public async Task Timer_fires_not_before_its_time_as_precisely_as_the_engine_can()
    {
        var took = TimeSpan.FromMilliseconds((await RunAsync("Timer", 1500)).ReadOutputAs<int>());
        Assert.True(took >= TimeSpan.FromMilliseconds(1500) - engine.TimerPrecision, $"It fired after {took}.");
    }

    [SuiteFact]
    public async Task Custom_status_is_seen_while_the_instance_waits_and_after_its_end()
    {
        var id = await StartAsync("OneEvent", "looking out");
        await WaitUntilAsync(
            id,
            instance => instance is { RuntimeStatus: OrchestrationRuntimeStatus.Running } && instance.ReadCustomStatusAs<string>() == "looking out");
        await engine.Client.RaiseEventAsync(id, "Go", "x");
        Assert.Equal("looking out", (await engine.EndOfAsync(id)).ReadCustomStatusAs<string>());
    }

    [SuiteFact]
    public async Task Suspended_instance_keeps_events_and_goes_on_only_when_resumed()
    {
        var id = await StartAsync("OneEvent", "waiting");
        await WaitUntilAsync(id, instance => instance.ReadCustomStatusAs<string>() == "waiting");
        await engine.Client.SuspendInstanceAsync(id, "hold on");
        await WaitUntilAsync(id, instance => instance.RuntimeStatus == OrchestrationRuntimeStatus.Suspended);
        await engine.Client.RaiseEventAsync(id, "Go", "kept");

        // Another instance's whole life: time enough for the event, if it were not held.
        await RunAsync("Chain", 1);
        Assert.Equal(OrchestrationRuntimeStatus.Suspended, (await engine.Client.GetInstanceAsync(id))!.RuntimeStatus);
        await engine.Client.ResumeInstanceAsync(id);
        Assert.Equal("kept", (await engine.EndOfAsync(id)).ReadOutputAs<string>());
    }

    [SuiteFact]
    public async Task Terminated_instance_has_the_reason_as_its_output_and_ignores_late_results()
    {
        var id = await StartAsync("WaitThenMark", "");
        await WaitUntilAsync(id, instance => instance.RuntimeStatus == OrchestrationRuntimeStatus.Running);
        await engine.Client.TerminateInstanceAsync(id, "stop");
        var ended = await engine.EndOfAsync(id);
        Behaviours.GateOf(id).SetResult();
        await RunAsync("Chain", 1);
        Assert.Equal((OrchestrationRuntimeStatus.Terminated, "stop"), (ended.RuntimeStatus, ended.ReadOutputAs<string>()));
        var after = await engine.Client.GetInstanceAsync(id);
        Assert.Equal((OrchestrationRuntimeStatus.Terminated, ended.LastUpdatedAt), (after!.RuntimeStatus, after.LastUpdatedAt));
        Assert.False(Behaviours.IsMarked(id));
    }

    [SuiteFact]
    public async Task Suspended_instance_can_be_terminated()
    {
        var id = await StartAsync("OneEvent", "waiting");
        await engine.Client.SuspendInstanceAsync(id);
        await WaitUntilAsync(id, instance => instance.RuntimeStatus == OrchestrationRuntimeStatus.Suspended);
        await engine.Client.TerminateInstanceAsync(id);
        Assert.Equal(OrchestrationRuntimeStatus.Terminated, (await engine.EndOfAsync(id)).RuntimeStatus);
    }

    [SuiteFact]
    public async Task Returned_instance_stays_running_until_its_activities_have_ended()
    {
        var id = await StartAsync("Careless", "");
        await WaitUntilAsync(id, instance => instance.RuntimeStatus == OrchestrationRuntimeStatus.Running);
        await RunAsync("Chain", 1);
        Assert.Equal(OrchestrationRuntimeStatus.Running, (await engine.Client.GetInstanceAsync(id))!.RuntimeStatus);
        Behaviours.GateOf(id).SetResult();
        Assert.Equal(
            (OrchestrationRuntimeStatus.Completed, "returned"),
            (await engine.EndOfAsync(id)) is var end ? (end.RuntimeStatus, end.ReadOutputAs<string>()) : default);
    }
}
