using Orchestrator.Workflows.Definitions;
using Orchestrator.Workflows.Planning;
using Orchestrator.Workflows.Runs;
using Orchestrator.Workflows.Scheduling;

namespace Orchestrator.Workflows.Tests.Scheduling;

/// <summary>Attempts that end as cancelled before the scheduler receives the reason.</summary>
public class CancelledStepTests
{
    private static readonly DateTimeOffset Now = SimulatedRun.Start;

    [Fact]
    public void Step_cancelled_by_the_end_of_another_is_held_until_that_end_arrives()
    {
        var scheduler = Begin(FailurePolicy.Cancel, null);

        Assert.Empty(scheduler.Apply(Ended(1, Cancelled(StepReason.Stop, new DecidingStep(0, 1)))).OfType<SchedulerCommand.CompleteRun>());
        Assert.Equal(StepStatus.Running, scheduler.StatusOf(1));
        var end = scheduler.Apply(Ended(0, Failed())).OfType<SchedulerCommand.CompleteRun>().Single();

        Assert.Equal((RunStatus.Failed, ErrorKind.ToolFailed), (end.Status, end.Error!.Kind));
        Assert.Equal(StepStatus.Cancelled, scheduler.StatusOf(1));
    }

    [Fact]
    public void Step_cancelled_by_an_end_that_did_not_stop_the_run_starts_again_and_ignores_that_cancellation()
    {
        var scheduler = Begin(FailurePolicy.Cancel, null);
        var decider = new DecidingStep(0, 1);
        scheduler.Apply(Ended(1, Cancelled(StepReason.Stop, decider)));

        var start = scheduler.Apply(Ended(0, new StepOutcome { Status = StepStatus.Completed })).OfType<SchedulerCommand.StartStep>().Single();

        Assert.Equal((1, 2, 1), (start.Step, start.Attempt, start.TurnAttempt));
        Assert.Equal([decider], start.Disregarded!);
        Assert.Equal(1, scheduler.Executing);
    }

    [Fact]
    public void Step_cancelled_by_the_time_limit_of_the_run_is_held_until_its_timer_fires()
    {
        var scheduler = Begin(FailurePolicy.Stop, 1000);
        scheduler.Apply(Ended(1, Cancelled(StepReason.Timeout, null)));
        scheduler.Apply(Ended(0, Cancelled(StepReason.Timeout, null)));
        Assert.False(scheduler.IsComplete);

        var end = scheduler.Apply(new SchedulerFact.TimerFired(Now.AddSeconds(1), 0)).OfType<SchedulerCommand.CompleteRun>().Single();

        Assert.Equal((RunStatus.TimedOut, ErrorKind.Timeout), (end.Status, end.Error!.Kind));
        Assert.Equal(0, scheduler.Executing);
    }

    [Fact]
    public void Start_of_a_step_carries_the_deadline_of_the_run_unless_the_step_is_final()
    {
        var scheduler = new WorkflowScheduler(Plan(FailurePolicy.Stop, 1000) with
        {
            Steps = [.. Plan(FailurePolicy.Stop, 1000).Steps.Take(1), new("last") { IsFinal = true }],
        });

        var first = scheduler.Apply(new SchedulerFact.RunStarted(Now)).OfType<SchedulerCommand.StartStep>().Single();
        var final = scheduler.Apply(Ended(0, new StepOutcome { Status = StepStatus.Completed })).OfType<SchedulerCommand.StartStep>().Single();

        Assert.Equal(new RunDeadline(Now.AddSeconds(1), Now), first.RunDeadline);
        Assert.Null(final.RunDeadline);
    }

    private static WorkflowScheduler Begin(FailurePolicy policy, int? maxDuration)
    {
        var scheduler = new WorkflowScheduler(Plan(policy, maxDuration));
        scheduler.Apply(new SchedulerFact.RunStarted(Now));
        return scheduler;
    }

    private static RunPlan Plan(FailurePolicy policy, int? maxDuration) => new()
    {
        RunId = "r1",
        Steps = [new("a"), new("b")],
        OnStepFailure = policy,
        MaxDurationMs = maxDuration,
    };

    private static SchedulerFact Ended(int step, StepOutcome outcome) => new SchedulerFact.StepEnded(Now, step, 1, outcome);

    private static StepOutcome Cancelled(string reason, DecidingStep? decider) =>
        new() { Status = StepStatus.Cancelled, Reason = reason, DecidedBy = decider };

    private static StepOutcome Failed() => new() { Status = StepStatus.Failed, Error = new WorkflowError(ErrorKind.ToolFailed, "No.") };
}
