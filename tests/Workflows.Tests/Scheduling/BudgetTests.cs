using Orchestrator.Workflows.Definitions;
using Orchestrator.Workflows.Runs;
using Orchestrator.Workflows.Scheduling;
using Orchestrator.Workflows.Usage;

namespace Orchestrator.Workflows.Tests.Scheduling;

public class BudgetTests
{
    [Theory]
    [InlineData(0.02, null, 2)]
    [InlineData(0.021, null, 3)]
    [InlineData(null, 200L, 2)]
    [InlineData(null, 201L, 3)]
    [InlineData(0.02, 1_000L, 2)]
    [InlineData(null, null, 5)]
    public void Nothing_new_starts_once_the_budget_is_spent(double? usd, long? tokens, int started)
    {
        var run = new SimulatedRun(Plans.Chain(5) with { Budget = new BudgetDefinition((decimal?)usd, tokens) }, (_, _) => Costly()).Run();

        Assert.Equal(started, run.Starts.Count);
        Assert.Equal(started == 5 ? RunStatus.Completed : RunStatus.Failed, run.End!.Status);
        Assert.Equal(started == 5 ? null : ErrorKind.BudgetExceeded, run.End.Error?.Kind);
    }

    [Fact]
    public void Steps_that_execute_when_the_budget_is_spent_end_and_the_others_are_cancelled()
    {
        var plan = Plans.Of(2, Plans.Step("a"), Plans.Step("b"), Plans.Step("c", 0)) with { Budget = new BudgetDefinition(0.01m, null) };
        var run = new SimulatedRun(plan, (step, _) => Costly(step == 1 ? 50 : 10)).Run();

        Assert.Equal([StepStatus.Completed, StepStatus.Completed, StepStatus.Cancelled], [.. Enumerable.Range(0, 3).Select(run.Scheduler.StatusOf)]);
        Assert.Equal(StepReason.Stop, Assert.Single(run.Records).Reason);
    }

    [Fact]
    public void Failed_attempts_count_and_another_attempt_is_a_new_start()
    {
        var plan = Plans.Chain(1).Retried(new() { MaxAttempts = 5 }) with { Budget = new BudgetDefinition(0.02m, null) };
        var run = new SimulatedRun(plan, (_, _) => Costly() with
        {
            Outcome = Costly().Outcome with { Status = StepStatus.Failed, Error = new WorkflowError(ErrorKind.Unavailable, "x") { Retryable = true } }
        }).Run();

        Assert.Equal((2, StepStatus.Failed, ErrorKind.BudgetExceeded), (run.Starts.Count, run.Scheduler.StatusOf(0), run.End!.Error!.Kind));
    }

    [Fact]
    [Trait("Trust", "7")]
    public void Failed_attempt_that_spends_the_budget_is_not_tried_again()
    {
        var plan = Plans.Chain(1).Retried(new()) with { Budget = new BudgetDefinition(null, 100) };
        var failed = SimulatedAttempt.Failure(10, ErrorKind.RateLimited, retryAfterMs: 60_000);
        var run = new SimulatedRun(plan, (_, _) => failed with { Outcome = failed.Outcome with { Usage = Costly().Outcome.Usage } }).Run();

        Assert.Equal((StepStatus.Failed, ErrorKind.BudgetExceeded), (run.Scheduler.StatusOf(0), run.End!.Error!.Kind));
        Assert.Equal((StepStatus.Failed, TimeSpan.FromMilliseconds(10)), (Assert.Single(run.Records).Status, run.Makespan));
    }

    [Fact]
    public void Budget_that_the_last_step_spends_does_not_fail_the_run_and_final_steps_run_all_the_same()
    {
        var plan = Plans.Of(1, Plans.Step("a"), Plans.Step("notify") with { IsFinal = true }) with { Budget = new BudgetDefinition(0.01m, null) };
        var run = new SimulatedRun(plan, (_, _) => Costly()).Run();

        Assert.Equal((RunStatus.Completed, 2), (run.End!.Status, run.Starts.Count));
    }

    private static SimulatedAttempt Costly(int milliseconds = 10) => new(
        TimeSpan.FromMilliseconds(milliseconds),
        new StepOutcome { Status = StepStatus.Completed, Usage = new TokenUsage { InputTokens = 60, OutputTokens = 40, EstimatedCost = 0.01m } });
}
