using Orchestrator.Workflows.Compilation;
using Orchestrator.Workflows.Definitions;
using Orchestrator.Workflows.Planning;
using Orchestrator.Workflows.Tests.Scheduling;

namespace Orchestrator.Workflows.Tests.Planning;

public class WorkflowGraphTests
{
    [Fact]
    public void Remaining_path_is_the_longest_way_to_the_end()
    {
        var graph = new WorkflowGraph([Timed(5), Timed(1, 0), Timed(7, 0), Timed(2, 1, 2)]);

        Assert.Equal([14, 3, 9, 2], graph.RemainingPathMs);
        Assert.Equal([0, 1, 2, 3], graph.TopologicalOrder);
        Assert.Equal([1, 2], graph.DependentsOf(0).ToArray());
    }

    [Fact]
    public void In_reach_are_direct_and_indirect_dependencies()
    {
        var graph = new WorkflowGraph(Plans.Cfas().Steps);

        Assert.Equal([0, 1, 2, 3], graph.InReachOf(4).Order());
        Assert.Empty(graph.InReachOf(0));
    }

    [Fact]
    public void Dependency_is_found_directly_and_through_others_and_not_the_other_way_round()
    {
        var reach = StepReach.OfData(new WorkflowGraph([Timed(1, 2), Timed(1), Timed(1, 1), Timed(1, 1)]));

        Assert.Equal((true, true, true), (reach.Includes(0, 2), reach.Includes(0, 1), reach.Includes(3, 1)));
        Assert.Equal((false, false, false), (reach.Includes(1, 0), reach.Includes(3, 2), reach.Includes(0, 3)));
    }

    [Fact]
    public void What_is_behind_a_join_of_the_first_success_is_out_of_reach()
    {
        // 0, 1 → 2 (any) → 3
        var graph = new WorkflowGraph([Timed(1), Timed(1), Timed(1, 0, 1) with { Join = JoinKind.Any }, Timed(1, 2)]);

        Assert.Equal([0, 1], graph.InReachOf(2).Order());
        Assert.Equal([2], graph.InReachOf(3));
        Assert.Equal((true, false), (StepReach.OfData(graph).Includes(2, 1), StepReach.OfData(graph).Includes(3, 1)));
        Assert.True(StepReach.OfOrder(graph).Includes(3, 1));
    }

    [Fact]
    public void Outputs_before_a_final_step_are_available_after_it_since_it_waits_for_all_whatever_its_join()
    {
        // 0, 1 → 2 (any) → 3, all of them final
        var steps = new[] { Timed(1), Timed(1), Timed(1, 0, 1) with { Join = JoinKind.Any }, Timed(1, 2) };
        var graph = new WorkflowGraph([.. steps.Select(step => step with { IsFinal = true })]);

        Assert.Equal([0, 1, 2], graph.InReachOf(3).Order());
        Assert.True(StepReach.OfData(graph).Includes(3, 1));
    }

    [Fact]
    public void Cycle_and_unknown_position_are_refused()
    {
        Assert.Throws<ArgumentException>(() => new WorkflowGraph([Timed(1, 1), Timed(1, 0)]));
        Assert.Throws<ArgumentException>(() => new WorkflowGraph([Timed(1, 7)]));
    }

    [Fact]
    public void Cycles_that_share_no_step_are_all_found_each_once()
    {
        var cycles = DependencyCycles.Find([Timed(1, 1), Timed(1, 0), Timed(1, 3), Timed(1, 2), Timed(1, 0)]);

        Assert.Equal(["0 1", "2 3"], cycles.Select(cycle => string.Join(' ', cycle.Steps.Order())));
    }

    [Fact]
    public void Draws_are_spread_over_the_unit_interval_and_never_change()
    {
        var draws = Enumerable.Range(1, 10_000).Select(attempt => StableHash.Draw("run", "step", attempt)).ToList();

        Assert.All(draws, draw => Assert.InRange(draw, 0, 1));
        Assert.InRange(draws.Average(), 0.49, 0.51);

        // Pinned: another value would change the waits of runs that are under way.
        Assert.Equal(0.6279651334479789, StableHash.Draw("run", "step", 1), 15);
        Assert.NotEqual(StableHash.Draw("a", "bc", 1), StableHash.Draw("ab", "c", 1));
    }

    private static GraphStep Timed(int milliseconds, params int[] dependsOn) => new("s") { DependsOn = dependsOn, EstimatedMs = milliseconds };
}
