using Orchestrator.Workflows.Planning;
using Orchestrator.Workflows.Runs;
using Orchestrator.Workflows.Scheduling;

namespace Orchestrator.Workflows.Tests.Scheduling;

public class SuspendTests
{
    [Fact]
    public void Suspended_run_starts_nothing_and_lets_executing_steps_finish()
    {
        var run = new SimulatedRun(Plans.Chain(3), (_, _) => SimulatedAttempt.Success(100))
            .At(50, at => new SchedulerFact.SuspendRequested(at))
            .At(1_000, at => new SchedulerFact.ContinueRequested(at))
            .Run();

        Assert.Equal(RunStatus.Completed, run.End!.Status);
        Assert.Equal([0, 1_000, 1_100], run.Starts.Select(start => (start.Begin - SimulatedRun.Start).TotalMilliseconds));
        Assert.Equal((1, StepStatus.Ready), (run.Records[0].Step, run.Records[0].Status));
    }

    [Fact]
    public void Time_of_a_suspended_run_does_not_count_for_its_maxDuration()
    {
        var plan = Plans.Chain(3) with { MaxDurationMs = 350 };
        var run = new SimulatedRun(plan, (_, _) => SimulatedAttempt.Success(100))
            .At(150, at => new SchedulerFact.SuspendRequested(at))
            .At(10_000, at => new SchedulerFact.ContinueRequested(at))
            .Run();

        Assert.Equal(RunStatus.Completed, run.End!.Status);
        Assert.Equal([350, 10_200], run.Timers.Select(timer => (timer.DueAt - SimulatedRun.Start).TotalMilliseconds));
    }

    [Fact]
    public void Continued_run_has_only_the_rest_of_its_maxDuration()
    {
        var plan = Plans.Chain(3) with { MaxDurationMs = 250 };
        var run = new SimulatedRun(plan, (_, _) => SimulatedAttempt.Success(100))
            .At(150, at => new SchedulerFact.SuspendRequested(at))
            .At(10_000, at => new SchedulerFact.ContinueRequested(at))
            .Run();

        Assert.Equal(RunStatus.TimedOut, run.End!.Status);
        Assert.Equal(10_100, run.Makespan.TotalMilliseconds);
    }

    [Fact]
    public void Suspended_run_that_is_cancelled_ends_and_runs_its_final_steps()
    {
        var plan = Plans.Of(1, Plans.Step("a"), Plans.Step("b", 0), Plans.Step("end") with { IsFinal = true });
        var run = new SimulatedRun(plan, (_, _) => SimulatedAttempt.Success(100))
            .At(50, at => new SchedulerFact.SuspendRequested(at))
            .At(500, at => new SchedulerFact.CancelRequested(at))
            .Run();

        Assert.Equal(RunStatus.Cancelled, run.End!.Status);
        Assert.Equal([0, 2], run.Starts.Select(start => start.Step));
    }

    [Fact]
    public void Retry_that_falls_into_a_suspension_waits_for_its_end()
    {
        var plan = Plans.Chain(1).Retried(new RetryRule { MaxAttempts = 2 });
        var run = new SimulatedRun(
            plan, (_, attempt) => attempt == 1 ? SimulatedAttempt.Failure(10, ErrorKind.RateLimited, 100) : SimulatedAttempt.Success(10))
            .At(50, at => new SchedulerFact.SuspendRequested(at))
            .At(60_000, at => new SchedulerFact.ContinueRequested(at))
            .Run();

        Assert.Equal(60_000, (run.Starts[1].Begin - SimulatedRun.Start).TotalMilliseconds);
    }

    [Fact]
    public void Full_queue_fails_no_step_while_the_run_is_suspended()
    {
        var plan = Plans.Of(1, Plans.Step("a"), Plans.Step("b", 0), Plans.Step("c", 0), Plans.Step("d", 0)) with { QueueSize = 2 };
        var run = new SimulatedRun(plan, (_, _) => SimulatedAttempt.Success(100))
            .At(50, at => new SchedulerFact.SuspendRequested(at))
            .At(500, at => new SchedulerFact.ContinueRequested(at))
            .Run();

        Assert.Equal(RunStatus.Completed, run.End!.Status);
    }

    [Fact]
    public void Suspending_twice_and_continuing_a_running_run_change_nothing()
    {
        var run = new SimulatedRun(Plans.Chain(2) with { MaxDurationMs = 10_000 }, (_, _) => SimulatedAttempt.Success(100))
            .At(10, at => new SchedulerFact.ContinueRequested(at))
            .At(20, at => new SchedulerFact.SuspendRequested(at))
            .At(30, at => new SchedulerFact.SuspendRequested(at))
            .At(300, at => new SchedulerFact.ContinueRequested(at))
            .At(310, at => new SchedulerFact.ContinueRequested(at))
            .Run();

        Assert.Equal(RunStatus.Completed, run.End!.Status);
        Assert.Equal(2, run.Timers.Count);
    }
}
