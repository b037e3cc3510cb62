using Orchestrator.Workflows.Definitions;
using Orchestrator.Workflows.Planning;
using Orchestrator.Workflows.Runs;
using Orchestrator.Workflows.Scheduling;
using Orchestrator.Workflows.Usage;

namespace Orchestrator.Workflows.Tests.Scheduling;

public class ReuseTests
{
    [Fact]
    public void Reused_steps_are_not_started_and_release_their_dependents_at_once()
    {
        var plan = Plans.Of(4, Plans.Step("a") with { Reused = true }, Plans.Step("b", 0) with { Reused = true }, Plans.Step("c", 1));
        var run = Run(plan);

        Assert.Equal([2], run.Starts.Select(start => start.Step));
        Assert.Equal((RunStatus.Completed, StepStatus.Reused, 3), (run.End!.Status, run.Scheduler.StatusOf(0), run.Scheduler.Done));
    }

    [Fact]
    public void Reused_step_does_not_wait_for_a_dependency_that_runs_again()
    {
        var plan = Plans.Of(4, Plans.Step("a"), Plans.Step("b", 0) with { Reused = true }, Plans.Step("c", 1));
        var run = Run(plan);

        Assert.Equal([0, 2], run.Starts.Where(start => start.Begin == SimulatedRun.Start).Select(start => start.Step).Order());
    }

    [Fact]
    public void Run_of_reused_steps_alone_completes_at_once()
    {
        var plan = Plans.Chain(3);
        var run = Run(plan with { Steps = [.. plan.Steps.Select(step => step with { Reused = true })] });

        Assert.Empty(run.Starts);
        Assert.Equal((RunStatus.Completed, TimeSpan.Zero), (run.End!.Status, run.Makespan));
    }

    [Fact]
    public void Failing_step_takes_over_the_output_of_its_reused_fallback()
    {
        var plan = Plans.Of(
            1,
            Plans.Step("a") with { OnError = new FailureRule(new FailureAction(FailureActionKind.Step) { Step = 1 }) },
            Plans.Step("b") with { IsFallback = true, Reused = true });
        var run = new SimulatedRun(plan, (_, attempt) => attempt == 1 ? SimulatedAttempt.Failure(1) : SimulatedAttempt.Success(1)).Run();

        var starts = run.Commands.OfType<SchedulerCommand.StartStep>().ToList();
        Assert.Equal([(0, (int?)null), (0, 1)], starts.Select(start => (start.Step, start.Adopt)));
        Assert.Equal(RunStatus.Completed, run.End!.Status);
    }

    [Fact]
    public void What_earlier_attempts_spent_counts_for_the_budget()
    {
        var plan = Plans.Chain(2) with { Budget = new BudgetDefinition(null, 100), Spent = new TokenUsage { InputTokens = 60, OutputTokens = 40 } };
        var run = Run(plan);

        Assert.Empty(run.Starts);
        Assert.Equal(ErrorKind.BudgetExceeded, run.End!.Error!.Kind);
    }

    [Fact]
    public void Reused_final_step_does_not_run_again()
    {
        var plan = Plans.Of(
            1, Plans.Step("a") with { Reused = true }, Plans.Step("e") with { IsFinal = true, Reused = true },
            Plans.Step("f", 1) with { IsFinal = true });
        var run = Run(plan);

        Assert.Equal([2], run.Starts.Select(start => start.Step));
        Assert.Equal(RunStatus.Completed, run.End!.Status);
    }

    private static SimulatedRun Run(RunPlan plan) => new SimulatedRun(plan, (_, _) => SimulatedAttempt.Success(100)).Run();
}
