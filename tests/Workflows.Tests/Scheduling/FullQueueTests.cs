using Orchestrator.Workflows.Definitions;
using Orchestrator.Workflows.Planning;
using Orchestrator.Workflows.Runs;
using Orchestrator.Workflows.Scheduling;

namespace Orchestrator.Workflows.Tests.Scheduling;

/// <summary>A step that fails without an execution, or whose failure has no record, uses its fallback like any other.</summary>
[Trait("Trust", "6")]
public class FullQueueTests
{
    private static readonly FailureRule Value = new(new FailureAction(FailureActionKind.Value));

    [Fact]
    public void Of_those_that_become_ready_the_last_are_refused()
    {
        var run = Run(Full(Plans.Step("c"), Plans.Step("d")));

        Assert.Equal(
            [StepStatus.Completed, StepStatus.Completed, StepStatus.Failed, StepStatus.Failed],
            [.. Enumerable.Range(0, 4).Select(run.Scheduler.StatusOf)]);
        Assert.Equal((RunStatus.Failed, ErrorKind.QueueFull, "c"), (run.End!.Status, run.End.Error!.Kind, run.End.Error.Step));
    }

    [Fact]
    public void Refused_step_with_a_fallback_value_completes()
    {
        var run = Run(Full(Plans.Step("c") with { OnError = Value }, Plans.Step("after", 1, 2)));

        Assert.Equal(
            (RunStatus.Completed, StepStatus.Completed, StepStatus.Completed),
            (run.End!.Status, run.Scheduler.StatusOf(2), run.Scheduler.StatusOf(3)));
    }

    [Fact]
    public void Refused_step_calls_its_fallback_step_which_is_not_refused()
    {
        var rule = new FailureRule(FailureAction.Fail)
        {
            ByKind = new Dictionary<ErrorKind, FailureAction> { [ErrorKind.QueueFull] = new(FailureActionKind.Step, 3) },
        };
        var run = Run(Full(Plans.Step("c") with { OnError = rule }, Plans.Step("other") with { IsFallback = true }));

        Assert.Equal(RunStatus.Completed, run.End!.Status);
        Assert.Equal([0, 1, 3, 2], run.Starts.OrderBy(start => start.Begin).Select(start => start.Step));
    }

    [Fact]
    public void Refused_step_whose_fallback_is_cancelled_with_the_run_has_failed_and_is_reported_once()
    {
        var rule = new FailureRule(FailureAction.Fail)
        {
            ByKind = new Dictionary<ErrorKind, FailureAction> { [ErrorKind.QueueFull] = new(FailureActionKind.Step, 3) },
        };
        var run = new SimulatedRun(
            Full(Plans.Step("c") with { OnError = rule }, Plans.Step("other") with { IsFallback = true }), (_, _) => SimulatedAttempt.Success(100))
            .At(10, at => new SchedulerFact.CancelRequested(at))
            .Run();

        Assert.Equal((RunStatus.Cancelled, StepStatus.Failed), (run.End!.Status, run.Scheduler.StatusOf(2)));
        Assert.Single(run.Commands.OfType<SchedulerCommand.RecordStatus>(), record => record.Step == 2);
    }

    [Fact]
    public void Refused_step_with_onError_continue_lets_its_dependents_go_on()
    {
        var run = Run(
            Full(Plans.Step("c") with { OnError = new FailureRule(new FailureAction(FailureActionKind.Continue)) }, Plans.Step("after", 1, 2)));

        Assert.Equal(
            (RunStatus.Completed, StepStatus.Failed, StepStatus.Completed), (run.End!.Status, run.Scheduler.StatusOf(2), run.Scheduler.StatusOf(3)));
    }

    [Fact]
    public void Step_that_was_admitted_is_not_refused_at_its_next_attempt()
    {
        var first = Plans.Step("a") with { Retry = new RetryRule { FirstIntervalMs = 0 } };
        var plan = Plans.Of(1, first, Plans.Step("b"), Plans.Step("c")) with { QueueSize = 2 };
        var run = new SimulatedRun(
            plan,
            (step, attempt) => step == 0 && attempt == 1 ? SimulatedAttempt.Failure(10, ErrorKind.Unavailable) : SimulatedAttempt.Success(10)).Run();

        Assert.Equal(RunStatus.Completed, run.End!.Status);
    }

    [Fact]
    public void Step_without_time_for_another_attempt_completes_with_its_fallback_value()
    {
        var plan = Plans.Of(1, Plans.Step("a") with { StepTimeoutMs = 1000, Retry = new RetryRule(), OnError = Value });
        var run = new SimulatedRun(plan, (_, attempt) => attempt == 1
            ? SimulatedAttempt.Failure(10, ErrorKind.RateLimited, retryAfterMs: 5000)
            : SimulatedAttempt.Success(1)).Run();

        Assert.Equal((RunStatus.Completed, StepStatus.Completed), (run.End!.Status, run.Scheduler.StatusOf(0)));
        Assert.InRange(run.Makespan, TimeSpan.Zero, TimeSpan.FromMilliseconds(100));
    }

    [Theory]
    [InlineData(FailureActionKind.Value)]
    [InlineData(FailureActionKind.Step)]
    public void Step_whose_call_broke_falls_back(FailureActionKind kind)
    {
        var action = new FailureAction(kind, kind == FailureActionKind.Step ? 1 : null);
        var plan = Plans.Of(
            1, Plans.Step("a") with { OnError = new FailureRule(action) }, Plans.Step("other") with { IsFallback = kind == FailureActionKind.Step });
        var run =
            new SimulatedRun(plan, (step, attempt) => step == 0 && attempt == 1 ? SimulatedAttempt.Failure(10) : SimulatedAttempt.Success(10)).Run();

        Assert.Equal((RunStatus.Completed, 2), (run.End!.Status, run.Scheduler.AttemptOf(0)));
    }

    [Fact]
    public void Recording_a_fallback_needs_no_slot_and_no_budget()
    {
        var plan = Plans.Of(1, Plans.Step("a") with { OnError = Value }, Plans.Step("b")) with { Budget = new BudgetDefinition(null, 1) };
        var failed = SimulatedAttempt.Failure(10);
        var run = new SimulatedRun(plan, (step, attempt) => (step, attempt) switch
        {
            (0, 1) => failed with { Outcome = failed.Outcome with { Usage = new() { InputTokens = 5 } } },
            _ => SimulatedAttempt.Success(10),
        }).Run();

        Assert.Equal((StepStatus.Completed, StepStatus.Cancelled), (run.Scheduler.StatusOf(0), run.Scheduler.StatusOf(1)));
    }

    /// <summary>One slot and one place to wait: <c>a</c> starts, <c>b</c> waits, and any other ready step finds the queue full.</summary>
    private static RunPlan Full(params GraphStep[] steps) =>
        Plans.Of(1, [Plans.Step("a") with { EstimatedMs = 10_000 }, Plans.Step("b"), .. steps]) with
        {
            QueueSize = 1,
            OnStepFailure = FailurePolicy.Continue
        };

    private static SimulatedRun Run(RunPlan plan) => new SimulatedRun(plan, (_, _) => SimulatedAttempt.Success(10)).Run();
}
