using Orchestrator.Workflows.Runs;
using Orchestrator.Workflows.Scheduling;

namespace Orchestrator.Workflows.Tests.Scheduling;

/// <summary>Requests that reach a run before its orchestration has begun, as those do that come while it is prepared.</summary>
public class EarlyRequestTests
{
    [Fact]
    public void Cancellation_before_the_start_cancels_what_is_not_done_and_leaves_reused_steps_as_they_are()
    {
        var plan = Plans.Chain(3);
        var scheduler = new WorkflowScheduler(plan with { Steps = [plan.Steps[0] with { Reused = true }, plan.Steps[1], plan.Steps[2]] });

        Assert.Empty(scheduler.Apply(new SchedulerFact.CancelRequested(SimulatedRun.Start)));
        var commands = scheduler.Apply(new SchedulerFact.RunStarted(SimulatedRun.Start));

        Assert.Equal(
            [StepStatus.Reused, StepStatus.Cancelled, StepStatus.Cancelled], Enumerable.Range(0, 3).Select(scheduler.StatusOf));
        Assert.Equal(RunStatus.Cancelled, Assert.Single(commands.OfType<SchedulerCommand.CompleteRun>()).Status);
    }

    [Fact]
    public void Suspension_before_the_start_holds_every_step_until_the_run_is_continued()
    {
        var scheduler = new WorkflowScheduler(Plans.Chain(1));

        scheduler.Apply(new SchedulerFact.SuspendRequested(SimulatedRun.Start));
        Assert.Empty(scheduler.Apply(new SchedulerFact.RunStarted(SimulatedRun.Start)).OfType<SchedulerCommand.StartStep>());
        Assert.Equal(RunStatus.Suspended, scheduler.Status);

        Assert.Single(scheduler.Apply(new SchedulerFact.ContinueRequested(SimulatedRun.Start)).OfType<SchedulerCommand.StartStep>());
    }
}
