using Orchestrator.Workflows.Definitions;
using Orchestrator.Workflows.Planning;
using Orchestrator.Workflows.Runs;
using Orchestrator.Workflows.Scheduling;

namespace Orchestrator.Workflows.Tests.Scheduling;

public class LimitTests
{
    [Fact]
    public void Run_that_takes_longer_than_its_maxDuration_times_out_and_cancels_what_executes()
    {
        var plan = Plans.Chain(3) with { MaxDurationMs = 150 };
        var run = new SimulatedRun(plan, (_, _) => SimulatedAttempt.Success(100)).Run();

        Assert.Equal(RunStatus.TimedOut, run.End!.Status);
        Assert.Equal((ErrorKind.Timeout, "run"), (run.End.Error!.Kind, run.End.Error.Details!["level"]!.GetValue<string>()));
        Assert.Equal(StepReason.Timeout, Assert.Single(run.Commands.OfType<SchedulerCommand.CancelExecuting>()).Reason);
        Assert.Equal(StepReason.Timeout, run.Records.Single(record => record.Step == 2).Reason);
    }

    [Fact]
    public void Timer_of_maxDuration_is_cancelled_when_the_run_ends_in_time()
    {
        var run = new SimulatedRun(Plans.Chain(2) with { MaxDurationMs = 60_000 }, (_, _) => SimulatedAttempt.Success(100)).Run();

        Assert.Equal(RunStatus.Completed, run.End!.Status);
        Assert.Equal(run.Timers.Single().Timer, run.Commands.OfType<SchedulerCommand.CancelTimer>().Single().Timer);
        Assert.Equal(TimeSpan.FromMilliseconds(200), run.Makespan);
    }

    [Fact]
    public void Retry_that_would_end_after_the_stepTimeout_fails_at_once_and_says_which_limit()
    {
        var plan = Plans.Of(1, Plans.Step("a") with { StepTimeoutMs = 1000, Retry = new RetryRule { MaxAttempts = 5 } });
        var run = new SimulatedRun(plan, (_, _) => SimulatedAttempt.Failure(400, ErrorKind.RateLimited, retryAfterMs: 300)).Run();

        // 0–400 fails, retry at 700–1100 fails after the limit: no third.
        Assert.Equal(2, run.Starts.Count);
        Assert.Equal((ErrorKind.Timeout, "step"), (run.End!.Error!.Kind, run.End.Error.Details!["level"]!.GetValue<string>()));
        Assert.Equal(StepStatus.Failed, Assert.Single(run.Records).Status);
    }

    [Fact]
    public void Later_attempts_know_when_all_together_must_be_done()
    {
        var plan = Plans.Of(1, Plans.Step("a") with { StepTimeoutMs = 10_000, Retry = new RetryRule() });
        var run = new SimulatedRun(plan, (_, attempt) =>
            attempt == 1 ? SimulatedAttempt.Failure(400, ErrorKind.Unavailable) : SimulatedAttempt.Success(1)).Run();

        var starts = run.Commands.OfType<SchedulerCommand.StartStep>().ToList();
        Assert.Null(starts[0].Deadline);
        Assert.NotNull(starts[1].Deadline);
    }

    [Fact]
    public void Step_that_finds_the_queue_full_fails()
    {
        var plan = Plans.Of(1, Plans.Step("a"), Plans.Step("b"), Plans.Step("c")) with { QueueSize = 1 };
        var run = new SimulatedRun(plan, (_, _) => SimulatedAttempt.Success(10)).Run();

        Assert.Equal((RunStatus.Failed, ErrorKind.QueueFull), (run.End!.Status, run.End.Error!.Kind));
        Assert.Single(run.Starts);
    }

    [Fact]
    public void Queue_that_waits_when_full_runs_everything()
    {
        var plan = Plans.Of(1, Plans.Step("a"), Plans.Step("b"), Plans.Step("c")) with { QueueSize = 1, QueueFull = QueueFullPolicy.Wait };

        Assert.Equal(RunStatus.Completed, new SimulatedRun(plan, (_, _) => SimulatedAttempt.Success(10)).Run().End!.Status);
    }

    [Fact]
    public void Repeated_step_takes_turns_and_each_turn_has_its_own_attempts()
    {
        var plan = Plans.Of(1, Plans.Step("critic") with { Retry = new RetryRule { MaxAttempts = 2 } }, Plans.Step("after", 0));
        var run = new SimulatedRun(plan, (step, attempt) => (step, attempt) switch
        {
            (0, 1 or 3) => SimulatedAttempt.Failure(1, ErrorKind.Unavailable),
            (0, 2) => new SimulatedAttempt(TimeSpan.FromMilliseconds(1), new StepOutcome { Status = StepStatus.Completed, Again = true }),
            _ => SimulatedAttempt.Success(1),
        }).Run();

        Assert.Equal(
            [(1, 1), (2, 1), (3, 2), (4, 2)],
            run.Commands.OfType<SchedulerCommand.StartStep>().Where(start => start.Step == 0).Select(start => (start.Attempt, start.Turn)));
        Assert.Equal(RunStatus.Completed, run.End!.Status);
    }
}
