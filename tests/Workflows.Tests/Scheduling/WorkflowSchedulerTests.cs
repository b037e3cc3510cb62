using Orchestrator.Workflows.Planning;
using Orchestrator.Workflows.Runs;
using Orchestrator.Workflows.Scheduling;

namespace Orchestrator.Workflows.Tests.Scheduling;

public class WorkflowSchedulerTests
{
    [Fact]
    public void Cfas_with_four_slots_takes_two_rounds()
    {
        var run = new SimulatedRun(Plans.Cfas(), (_, _) => SimulatedAttempt.Success(2000)).Run();

        Assert.Equal(RunStatus.Completed, run.End!.Status);
        Assert.Equal(TimeSpan.FromSeconds(4), run.Makespan);
        Assert.Equal(4, run.MostExecuting);
    }

    [Fact]
    public void Step_whose_own_dependencies_are_done_does_not_wait_for_its_level()
    {
        // a(1 s) → b, c(10 s) → d: b must not wait for c.
        var plan = Plans.Of(10, Plans.Step("a"), Plans.Step("b", 0), Plans.Step("c"), Plans.Step("d", 2));
        var run = new SimulatedRun(plan, (step, _) => SimulatedAttempt.Success(step == 2 ? 10_000 : 1000)).Run();

        Assert.Equal(SimulatedRun.Start.AddSeconds(1), run.Starts.Single(start => start.Step == 1).Begin);
    }

    [Fact]
    public void Slots_go_to_the_longest_remaining_path_then_to_definition_order()
    {
        var plan = Plans.Of(1, Plans.Step("short"), Plans.Step("alike"), Plans.Step("head"), Plans.Step("tail", 2));
        var run = new SimulatedRun(plan, (_, _) => SimulatedAttempt.Success(10)).Run();

        Assert.Equal([2, 0, 1, 3], run.Starts.Select(start => start.Step));
    }

    [Fact]
    public void Dependents_are_queued_before_the_slot_of_the_finished_step_is_given_away()
    {
        // One slot; 'next' continues the longest path and must get the slot that 'first' leaves, before 'other'.
        var plan = Plans.Of(1, Plans.Step("other"), Plans.Step("first"), Plans.Step("next", 1), Plans.Step("last", 2));
        var run = new SimulatedRun(plan, (_, _) => SimulatedAttempt.Success(10)).Run();

        Assert.Equal([1, 2, 0, 3], run.Starts.Select(start => start.Step));
    }

    [Fact]
    public void Failure_with_stop_lets_running_steps_finish_and_starts_nothing_new()
    {
        // 0 fails at 10 ms while 1 runs on; 2 depends on 0, 3 on 1, 4 waits for a slot.
        var plan = Plans.Of(
            2, Plans.Step("fails"), Plans.Step("runs"), Plans.Step("needs_failed", 0), Plans.Step("after_running", 1), Plans.Step("queued"));
        var run = new SimulatedRun(plan, (step, _) => step == 0 ? SimulatedAttempt.Failure(10) : SimulatedAttempt.Success(100)).Run();

        Assert.Equal(RunStatus.Failed, run.End!.Status);
        Assert.Equal(ErrorKind.Internal, run.End.Error!.Kind);
        Assert.Equal(TimeSpan.FromMilliseconds(100), run.Makespan);
        Assert.Equal(
            [StepStatus.Failed, StepStatus.Completed, StepStatus.Skipped, StepStatus.Cancelled, StepStatus.Cancelled],
            Enumerable.Range(0, 5).Select(run.Scheduler.StatusOf));
        Assert.Equal(StepReason.Dependency, run.Records.Single(record => record.Step == 2).Reason);
        Assert.Equal(StepReason.Stop, run.Records.Single(record => record.Step == 3).Reason);
        Assert.Equal(StepReason.Stop, run.Records.Last(record => record.Step == 4).Reason);
    }

    [Fact]
    public void Transient_failure_is_retried_after_a_wait_that_holds_no_slot()
    {
        var plan = Plans.Of(1, Plans.Step("flaky"), Plans.Step("other")).Retried(new RetryRule());
        var run = new SimulatedRun(plan, (step, attempt) =>
            step == 0 && attempt == 1
                ? SimulatedAttempt.Failure(10, ErrorKind.RateLimited, retryAfterMs: 5000)
                : SimulatedAttempt.Success(100)).Run();

        Assert.Equal(RunStatus.Completed, run.End!.Status);
        Assert.Equal([(0, 1), (1, 1), (0, 2)], run.Starts.Select(start => (start.Step, start.Attempt)));
        Assert.Equal(SimulatedRun.Start.AddMilliseconds(5010), run.Starts[^1].Begin);
    }

    [Theory]
    [InlineData(ErrorKind.Authentication)]
    [InlineData(ErrorKind.ContentFiltered)]
    [InlineData(ErrorKind.TemplateError)]
    public void Permanent_failure_is_not_retried(ErrorKind kind)
    {
        var run = new SimulatedRun(Plans.Of(1, Plans.Step("a")).Retried(new RetryRule()), (_, _) => SimulatedAttempt.Failure(1, kind)).Run();

        Assert.Single(run.Starts);
        Assert.Equal(RunStatus.Failed, run.End!.Status);
    }

    [Fact]
    public void Step_without_attempts_left_ends_as_failed()
    {
        var plan = Plans.Of(1, Plans.Step("a")).Retried(new RetryRule { MaxAttempts = 3 });
        var run = new SimulatedRun(plan, (_, _) => SimulatedAttempt.Failure(1, ErrorKind.Unavailable)).Run();

        Assert.Equal([1, 2, 3], run.Starts.Select(start => start.Attempt));
        Assert.Equal(StepStatus.Failed, run.Scheduler.StatusOf(0));
    }

    [Fact]
    public void Step_that_waits_for_its_retry_ends_as_failed_when_another_failure_stops_the_run()
    {
        var plan = Plans.Of(2, Plans.Step("retrying"), Plans.Step("fails")).Retried(new RetryRule());
        var run = new SimulatedRun(plan, (step, _) => step == 0
            ? SimulatedAttempt.Failure(1, ErrorKind.RateLimited, retryAfterMs: 60_000)
            : SimulatedAttempt.Failure(10, ErrorKind.Authentication)).Run();

        Assert.Equal(StepStatus.Failed, run.Scheduler.StatusOf(0));
        Assert.Equal(TimeSpan.FromMilliseconds(10), run.Makespan);
        Assert.Equal(2, run.Starts.Count);
    }

    [Fact]
    public void Paced_starts_keep_their_gap_and_carry_the_time_at_which_they_may_begin()
    {
        var run = new SimulatedRun(Plans.Cfas().Paced(200), (_, _) => SimulatedAttempt.Success(2000)).Run();

        Assert.Equal([0, 200, 400, 600, 2600, 2800], run.Starts.Select(start => (start.Begin - SimulatedRun.Start).TotalMilliseconds));
        Assert.Empty(run.Timers);
    }

    [Fact]
    public void Paced_start_more_than_five_seconds_ahead_waits_on_a_timer_without_a_slot()
    {
        var plan = Plans.Of(10, Plans.Step("a"), Plans.Step("b"), Plans.Step("c"), Plans.Step("d")).Paced(4000);
        var run = new SimulatedRun(plan, (_, _) => SimulatedAttempt.Success(100)).Run();

        Assert.Equal([0, 4000, 8000, 12_000], run.Starts.Select(start => (start.Begin - SimulatedRun.Start).TotalMilliseconds));
        Assert.NotEmpty(run.Timers);
        Assert.True(run.MostExecuting <= 2);
    }

    [Fact]
    public void Step_that_is_not_paced_overtakes_one_that_waits_for_the_gap()
    {
        var plan = Plans.Of(10, Plans.Step("a"), Plans.Step("b"), Plans.Step("c")).Paced(6000);
        var steps = plan.Steps.ToArray();
        steps[2] = steps[2] with { Paced = false };
        var run = new SimulatedRun(plan with { Steps = steps }, (_, _) => SimulatedAttempt.Success(100)).Run();

        Assert.Equal(SimulatedRun.Start, run.Starts.Single(start => start.Step == 2).Begin);
    }

    [Fact]
    public void Cancel_ends_what_was_not_started_and_waits_for_what_executes()
    {
        var plan = Plans.Of(1, Plans.Step("runs"), Plans.Step("queued"), Plans.Step("later", 0));
        var run = new SimulatedRun(plan, (_, _) => SimulatedAttempt.Success(100)).At(50, at => new SchedulerFact.CancelRequested(at)).Run();

        Assert.Equal(RunStatus.Cancelled, run.End!.Status);
        Assert.Equal(TimeSpan.FromMilliseconds(100), run.Makespan);
        Assert.Equal([StepStatus.Completed, StepStatus.Cancelled, StepStatus.Cancelled], Enumerable.Range(0, 3).Select(run.Scheduler.StatusOf));
        Assert.Equal(StepReason.Cancel, run.Records.Last(record => record.Step == 2).Reason);
    }

    [Fact]
    public void Cancelled_step_cancels_the_run_also_if_the_request_itself_arrives_later()
    {
        var cancelled = new SimulatedAttempt(
            TimeSpan.FromMilliseconds(10), new StepOutcome { Status = StepStatus.Cancelled, Reason = StepReason.Cancel });
        var run = new SimulatedRun(Plans.Chain(3), (_, _) => cancelled).At(20, at => new SchedulerFact.CancelRequested(at)).Run();

        Assert.Equal(RunStatus.Cancelled, run.End!.Status);
        Assert.All(run.Records, record => Assert.Equal((StepStatus.Cancelled, StepReason.Cancel), (record.Status, record.Reason)));
    }

    [Fact]
    public void End_of_an_attempt_that_does_not_execute_is_refused()
    {
        var scheduler = new WorkflowScheduler(Plans.Chain(2));
        scheduler.Apply(new SchedulerFact.RunStarted(SimulatedRun.Start));

        var error = Assert.Throws<InvalidOperationException>(() => scheduler.Apply(
            new SchedulerFact.StepEnded(SimulatedRun.Start, 1, 1, new StepOutcome { Status = StepStatus.Completed })));
        Assert.Contains("'s1'", error.Message, StringComparison.Ordinal);
    }

    [Fact]
    public void Cascade_of_20000_skipped_steps_and_a_chain_of_20000_fit_on_a_small_stack()
    {
        RunStatus failed = default, completed = default;
        var thread = new Thread(
            () =>
            {
                failed = new SimulatedRun(Plans.Chain(20_000), (_, _) => SimulatedAttempt.Failure(1)).Run().End!.Status;
                completed = new SimulatedRun(Plans.Chain(20_000), (_, _) => SimulatedAttempt.Success(1)).Run().End!.Status;
            },
            maxStackSize: 128 * 1024);
        thread.Start();
        thread.Join();

        Assert.Equal((RunStatus.Failed, RunStatus.Completed), (failed, completed));
    }
}
