using Microsoft.DurableTask;
using Orchestrator.Testing.Azurite;
using static Orchestrator.Conformance.Behaviours;

namespace Orchestrator.Conformance;

/// <summary>Instances that continue as new.</summary>
public abstract partial class EngineTests
{
    [SuiteFact]
    public async Task Round_has_the_input_that_the_one_before_gave_it_and_its_custom_status()
    {
        var end = await RunAsync("StatusOfTheFirstRound", 0);
        Assert.Equal(
            (3, 3, engine.HandsOverToTheNextRound ? "first" : null),
            (end.ReadOutputAs<int>(), end.ReadInputAs<int>(), end.ReadCustomStatusAs<string>()));
    }

    [SuiteFact]
    public async Task Failure_wins_over_continuing() => AssertFailure(
        await RunAsync("FailsThoughItContinues", "no"),
        failure => failure.IsCausedBy<InvalidOperationException>() && failure.ErrorMessage == "no",
        "no");

    /// <summary>The engines under test take one version: that the next round is refused shows that it has the new one.</summary>
    [SuiteFact]
    public async Task New_version_is_the_next_rounds_and_tags_go_over()
    {
        var tags = new Dictionary<string, string> { ["t"] = "v" };
        var same = await engine.EndOfAsync(await StartAsync("NextVersion", Behaviours.Version, new StartOrchestrationOptions { Tags = tags }));
        Assert.Equal(Behaviours.Version, same.ReadOutputAs<string>());

        var end = await engine.EndOfAsync(await StartAsync("NextVersion", "3", new StartOrchestrationOptions { Tags = tags }));

        AssertFailure(end, failure => failure.ErrorType == "VersionMismatch", text: null);
        Assert.Equal("v", end.Tags["t"]);
    }

    [SuiteTheory]
    [InlineData(1, 3)]
    [InlineData(4, 2)]
    public async Task Rounds_of_activities_and_a_timer_end_for_every_instance(int instances, int rounds)
    {
        var ends = await Task.WhenAll(Enumerable.Range(0, instances).Select(_ => RunAsync("SumOfEachRound", new RoundOfSums(rounds))));
        Assert.All(ends, end => Assert.Equal(3 * rounds, end.ReadOutputAs<int>()));
    }

    [SuiteTheory]
    [InlineData(true)]
    [InlineData(false)]
    public async Task Events_that_were_kept_are_handed_over_unless_that_is_not_wanted(bool preserves)
    {
        var id = await StartAsync("EventsOfTheNextRound", new RoundOfEvents(preserves));
        await engine.Client.RaiseEventAsync(id, "Go", "a");
        await engine.Client.RaiseEventAsync(id, "Go", "b");
        await engine.Client.RaiseEventAsync(id, "Continue", "");
        await WaitUntilAsync(id, instance => instance.ReadInputAs<RoundOfEvents>()!.Number == 1);
        await engine.Client.RaiseEventAsync(id, "Go", "c");
        Assert.Equal(preserves && engine.HandsOverToTheNextRound ? "a,b,c" : "c", (await engine.EndOfAsync(id)).ReadOutputAs<string>());
    }

    [SuiteTheory]
    [InlineData(true, "next: early, late")]
    [InlineData(false, "next: late")]
    public async Task Event_that_comes_after_the_call_is_the_next_rounds_though_this_one_waits(bool preserves, string result)
    {
        var id = await StartAsync("EventAfterTheCall", new RoundOfEvents(preserves));
        await engine.Client.RaiseEventAsync(id, "Early", "early");
        await engine.Client.RaiseEventAsync(id, "Continue", "");
        await engine.Client.RaiseEventAsync(id, "Late", "late");

        // Another instance's whole life: time enough for the events to be there before the activity ends.
        await RunAsync("Chain", 1);
        Behaviours.GateOf(id).SetResult();
        Assert.Equal(result, (await engine.EndOfAsync(id)).ReadOutputAs<string>());
    }

    [SuiteFact]
    public async Task One_event_a_round_loses_none()
    {
        var id = await StartAsync("EventARound", Array.Empty<int>());
        await Task.WhenAll(Enumerable.Range(0, 10).Select(i => engine.Client.RaiseEventAsync(id, "Go", i)));
        Assert.Equal(Enumerable.Range(0, 10), (await engine.EndOfAsync(id)).ReadOutputAs<int[]>()!.Order());
    }
}
