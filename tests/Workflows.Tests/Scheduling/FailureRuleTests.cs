using Orchestrator.Workflows.Definitions;
using Orchestrator.Workflows.Planning;
using Orchestrator.Workflows.Runs;
using Orchestrator.Workflows.Scheduling;

namespace Orchestrator.Workflows.Tests.Scheduling;

public class FailureRuleTests
{
    private static readonly FailureRule Continue = new(new FailureAction(FailureActionKind.Continue));

    [Fact]
    public void Continue_leaves_the_step_failed_and_lets_its_dependents_go_on()
    {
        var run = new SimulatedRun(
            Plans.Of(10, Plans.Step("a") with { OnError = Continue }, Plans.Step("b", 0)),
            (step, _) => step == 0 ? SimulatedAttempt.Failure(1) : SimulatedAttempt.Success(1)).Run();

        Assert.Equal((StepStatus.Failed, StepStatus.Completed), (run.Scheduler.StatusOf(0), run.Scheduler.StatusOf(1)));
        Assert.Equal(RunStatus.Completed, run.End!.Status);
    }

    [Fact]
    public void Rule_by_kind_applies_to_that_kind_only()
    {
        var rule = new FailureRule(FailureAction.Fail)
        {
            ByKind = new Dictionary<ErrorKind, FailureAction> { [ErrorKind.ContentFiltered] = new(FailureActionKind.Continue) },
        };
        var plan = Plans.Of(10, Plans.Step("a") with { OnError = rule });

        Assert.Equal(RunStatus.Completed, new SimulatedRun(plan, (_, _) => SimulatedAttempt.Failure(1, ErrorKind.ContentFiltered)).Run().End!.Status);
        Assert.Equal(RunStatus.Failed, new SimulatedRun(plan, (_, _) => SimulatedAttempt.Failure(1, ErrorKind.ContextLength)).Run().End!.Status);
    }

    [Fact]
    public void Fallback_step_runs_only_after_the_failure_and_its_output_is_taken_over()
    {
        var run = new SimulatedRun(WithFallback(), (step, attempt) =>
            step == 0 && attempt == 1 ? SimulatedAttempt.Failure(10) : SimulatedAttempt.Success(10)).Run();

        Assert.Equal([(0, 1), (1, 1), (0, 2), (2, 1)], run.Starts.Select(start => (start.Step, start.Attempt)));
        Assert.Equal(1, run.Commands.OfType<SchedulerCommand.StartStep>().Single(start => start is { Step: 0, Attempt: 2 }).Adopt);
        Assert.Equal(RunStatus.Completed, run.End!.Status);
    }

    [Fact]
    public void Fallback_step_that_is_not_needed_is_skipped()
    {
        var run = new SimulatedRun(WithFallback(), (_, _) => SimulatedAttempt.Success(10)).Run();

        Assert.Equal([0, 2], run.Starts.Select(start => start.Step));
        Assert.Equal(StepReason.Arm, run.Records.Single(record => record.Step == 1).Reason);
    }

    [Fact]
    public void Fallback_step_that_fails_too_leaves_the_first_failure_as_the_runs_error()
    {
        var run = new SimulatedRun(WithFallback(), (step, _) =>
            SimulatedAttempt.Failure(10, step == 0 ? ErrorKind.ContextLength : ErrorKind.ToolFailed)).Run();

        Assert.Equal(
            (StepStatus.Failed, StepStatus.Failed, StepStatus.Skipped),
            (run.Scheduler.StatusOf(0), run.Scheduler.StatusOf(1), run.Scheduler.StatusOf(2)));
        Assert.Equal(RunStatus.Failed, run.End!.Status);
    }

    [Fact]
    public void Policy_continue_runs_all_that_does_not_depend_on_the_failure_and_then_fails()
    {
        var plan = Plans.Of(1, Plans.Step("fails"), Plans.Step("needs", 0), Plans.Step("other")) with { OnStepFailure = FailurePolicy.Continue };
        var run = new SimulatedRun(plan, (step, _) => step == 0 ? SimulatedAttempt.Failure(10) : SimulatedAttempt.Success(10)).Run();

        Assert.Equal([StepStatus.Failed, StepStatus.Skipped, StepStatus.Completed], Enumerable.Range(0, 3).Select(run.Scheduler.StatusOf));
        Assert.Equal(RunStatus.Failed, run.End!.Status);
    }

    [Fact]
    public void Policy_cancel_cancels_executing_steps()
    {
        var plan = Plans.Of(2, Plans.Step("fails"), Plans.Step("runs")) with { OnStepFailure = FailurePolicy.Cancel };
        var run = new SimulatedRun(plan, (step, _) => step == 0 ? SimulatedAttempt.Failure(10) : SimulatedAttempt.Success(100)).Run();

        Assert.Equal(StepReason.Stop, Assert.Single(run.Commands.OfType<SchedulerCommand.CancelExecuting>()).Reason);
        Assert.Equal(RunStatus.Failed, run.End!.Status);
    }

    [Theory]
    [InlineData(FailurePolicy.Stop, RunStatus.Failed)]
    [InlineData(FailurePolicy.Continue, RunStatus.Failed)]
    public void Final_steps_run_after_all_others_however_the_run_ends(FailurePolicy policy, RunStatus status)
    {
        var plan = Plans.Of(
            4, Plans.Step("fails"), Plans.Step("slow"), Plans.Step("notify") with { IsFinal = true },
            Plans.Step("log", 2) with { IsFinal = true }) with
        {
            OnStepFailure = policy,
        };
        var run = new SimulatedRun(plan, (step, _) => step == 0 ? SimulatedAttempt.Failure(10) : SimulatedAttempt.Success(100)).Run();

        Assert.Equal([0, 1, 2, 3], run.Starts.Select(start => start.Step).OrderBy(step => step));
        Assert.Equal(SimulatedRun.Start.AddMilliseconds(100), run.Starts.Single(start => start.Step == 2).Begin);
        Assert.Equal(SimulatedRun.Start.AddMilliseconds(200), run.Starts.Single(start => start.Step == 3).Begin);
        Assert.Equal(status, run.End!.Status);
    }

    [Fact]
    public void Final_steps_run_also_when_the_run_is_cancelled()
    {
        var plan = Plans.Of(4, Plans.Step("runs"), Plans.Step("later", 0), Plans.Step("notify") with { IsFinal = true });
        var run = new SimulatedRun(plan, (_, _) => SimulatedAttempt.Success(100)).At(10, at => new SchedulerFact.CancelRequested(at)).Run();

        Assert.Equal([0, 2], run.Starts.Select(start => start.Step));
        Assert.Equal(RunStatus.Cancelled, run.End!.Status);
        Assert.Single(run.Commands.OfType<SchedulerCommand.CancelExecuting>());
    }

    [Fact]
    public void Final_step_that_fails_fails_a_run_that_had_succeeded()
    {
        var run = new SimulatedRun(
            Plans.Of(4, Plans.Step("a"), Plans.Step("notify") with { IsFinal = true }),
            (step, _) => step == 1 ? SimulatedAttempt.Failure(10) : SimulatedAttempt.Success(10)).Run();

        Assert.Equal(RunStatus.Failed, run.End!.Status);
    }

    /// <summary>The second step stands in for the first; the third needs the first.</summary>
    private static RunPlan WithFallback() => Plans.Of(
        10,
        Plans.Step("a") with { OnError = new FailureRule(new FailureAction(FailureActionKind.Step, 1)) },
        Plans.Step("stand_in") with { IsFallback = true },
        Plans.Step("after", 0));

    [Fact]
    public void Repeated_step_whose_turn_ends_after_the_run_stopped_has_no_other_turn_and_is_cancelled()
    {
        var plan = Plans.Of(2, Plans.Step("repeated"), Plans.Step("fails"));
        var again = new SimulatedAttempt(TimeSpan.FromMilliseconds(50), new StepOutcome { Status = StepStatus.Completed, Again = true });
        var run = new SimulatedRun(plan, (step, _) => step == 0 ? again : SimulatedAttempt.Failure(10)).Run();

        Assert.Equal((RunStatus.Failed, StepStatus.Cancelled), (run.End!.Status, run.Scheduler.StatusOf(0)));
        Assert.Equal(StepReason.Stop, Assert.Single(run.Records, record => record.Step == 0).Reason);
    }
}
