using Microsoft.DurableTask.Client;
using Orchestrator.Testing.Azurite;

namespace Orchestrator.Conformance;

/// <summary>Events: their order, and waits for them against timeouts, tokens and each other.</summary>
public abstract partial class EngineTests
{
    [SuiteFact]
    public async Task Events_of_one_name_are_kept_in_order_until_they_are_awaited()
    {
        var id = await StartAsync("NumbersAfterWait", "");
        for (var i = 1; i <= 3; i++)
        {
            await engine.Client.RaiseEventAsync(id, "number", i);
        }

        // Another instance's whole life: time enough for the events to be there before they are awaited.
        await RunAsync("Chain", 1);
        Behaviours.GateOf(id).SetResult();
        Assert.Equal("1,2,3", (await engine.EndOfAsync(id)).ReadOutputAs<string>());
    }

    [SuiteTheory]
    [InlineData(1)]
    [InlineData(60)]
    public async Task Events_of_different_names_are_awaited_one_after_the_other(int count)
    {
        var id = await StartAsync("EventsByName", count);
        await Task.WhenAll(Enumerable.Range(0, count).Reverse().Select(i => engine.Client.RaiseEventAsync(id, $"e{i}", i)));
        Assert.Equal(string.Join(',', Enumerable.Range(0, count)), (await engine.EndOfAsync(id)).ReadOutputAs<string>());
    }

    [SuiteFact]
    public async Task Waits_for_one_name_are_served_from_the_latest_to_the_first()
    {
        var id = await StartAsync("WaitsForOneName", 4);
        for (var i = 0; i < 4; i++)
        {
            await engine.Client.RaiseEventAsync(id, "Go", i);
        }

        Assert.Equal("3,2,1,0", (await engine.EndOfAsync(id)).ReadOutputAs<string>());
    }

    [SuiteFact]
    public async Task Waiting_for_one_name_with_two_types_is_an_error()
    {
        AssertFailure(
            await RunAsync("TwoTypes", ""),
            failure => failure.IsCausedBy<ArgumentException>()
                && failure.ErrorMessage.StartsWith("Events with the same name must have the same type", StringComparison.Ordinal),
            "Events with the same name must have the same type argument. Expected System.String but was requested System.Int32.");
    }

    [SuiteFact]
    public async Task Event_for_an_ended_instance_changes_nothing()
    {
        var end = await RunAsync("Chain", 1);
        await engine.Client.RaiseEventAsync(end.InstanceId, "Go", "late");
        await RunAsync("Chain", 1);
        var after = await engine.Client.GetInstanceAsync(end.InstanceId, getInputsAndOutputs: true);
        Assert.Equal(
            (OrchestrationRuntimeStatus.Completed, "4", end.LastUpdatedAt), (after!.RuntimeStatus, after.SerializedOutput, after.LastUpdatedAt));
    }

    [SuiteFact]
    public async Task Orchestrator_sends_an_event_to_itself_and_one_to_an_unknown_instance_that_makes_none()
    {
        var unknown = Guid.NewGuid().ToString("N");
        Assert.Equal(7, (await RunAsync("SenderToItself", unknown)).ReadOutputAs<int>());
        Assert.Null(await engine.Client.GetInstanceAsync(unknown));
    }

    [SuiteFact]
    public async Task Wait_that_timed_out_takes_no_later_event()
    {
        var id = await StartAsync("EventAfterTimeout", "");
        await WaitUntilAsync(id, instance => instance.ReadCustomStatusAs<string>() == "late");
        await engine.Client.RaiseEventAsync(id, "Go", "came");
        Assert.Equal("late, then came", (await engine.EndOfAsync(id)).ReadOutputAs<string>());
    }

    [SuiteTheory]
    [InlineData(true)]
    [InlineData(false)]
    public async Task Cancelled_wait_takes_nothing_from_the_one_that_still_waits(bool cancelledIsLatest)
    {
        var id = await StartAsync("CancelledWait", cancelledIsLatest);
        await engine.Client.RaiseEventAsync(id, "Go", "mine");
        Assert.Equal("mine", (await engine.EndOfAsync(id)).ReadOutputAs<string>());
    }

    [SuiteFact]
    public async Task Wait_with_a_token_that_has_fired_is_cancelled_unless_an_event_is_there()
    {
        var id = await StartAsync("FiredToken", "");
        await engine.Client.RaiseEventAsync(id, "Early", "was there");
        await engine.Client.RaiseEventAsync(id, "Go", "");
        Assert.Equal("was there", (await engine.EndOfAsync(id)).ReadOutputAs<string>());
    }

    /// <summary>An open timer would keep the instance running for a week.</summary>
    [SuiteTheory]
    [InlineData("EventBeforeTimeout", "Go")]
    [InlineData("FirstOfTwoEvents", "Right")]
    public async Task Event_wins_over_its_timeout_and_a_wait_for_another_and_leaves_no_timer(string orchestrator, string name)
    {
        var id = await StartAsync(orchestrator, "");
        await WaitUntilAsync(id, instance => instance.RuntimeStatus == OrchestrationRuntimeStatus.Running);
        await engine.Client.RaiseEventAsync(id, name, "in time");
        Assert.Equal("in time", (await engine.EndOfAsync(id)).ReadOutputAs<string>());
    }

    [SuiteFact]
    public async Task Timeout_wins_over_a_token_that_never_fires() =>
        Assert.Equal("gave up", (await RunAsync("TimeoutBeforeToken", "")).ReadOutputAs<string>());

    /// <summary>An open timer would keep the instance running for a week.</summary>
    [SuiteFact]
    public async Task Token_cancelled_by_a_timer_wins_over_event_and_timeout() =>
        Assert.Equal("cancelled", (await RunAsync("TokenBeforeTimeout", "")).ReadOutputAs<string>());

    [SuiteTheory]
    [InlineData(true, "approved")]
    [InlineData(false, "too late")]
    public async Task Event_and_timer_race_in_a_when_any(bool raised, string result)
    {
        var id = await StartAsync("EventOrTimer", raised ? TimeSpan.FromDays(7) : TimeSpan.FromMilliseconds(1));
        if (raised)
        {
            await engine.Client.RaiseEventAsync(id, "Approval", "approved");
        }

        Assert.Equal(result, (await engine.EndOfAsync(id)).ReadOutputAs<string>());
    }
}
