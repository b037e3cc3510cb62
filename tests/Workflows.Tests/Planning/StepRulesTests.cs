using Orchestrator.Workflows.Definitions;
using Orchestrator.Workflows.Planning;
using Orchestrator.Workflows.Runs;
using Orchestrator.Workflows.Tests.Scheduling;

namespace Orchestrator.Workflows.Tests.Planning;

public class StepRulesTests
{
    [Theory]
    [InlineData(JoinKind.All, 0, 0, JoinState.Open)]
    [InlineData(JoinKind.All, 1, 1, JoinState.Open)]
    [InlineData(JoinKind.All, 1, 0, JoinState.Dead)]
    [InlineData(JoinKind.All, 2, 2, JoinState.Met)]
    [InlineData(JoinKind.Any, 1, 0, JoinState.Open)]
    [InlineData(JoinKind.Any, 1, 1, JoinState.Met)]
    [InlineData(JoinKind.Any, 2, 0, JoinState.Dead)]
    [InlineData(JoinKind.Settled, 1, 0, JoinState.Open)]
    [InlineData(JoinKind.Settled, 2, 0, JoinState.Met)]
    public void Join_is_decided_by_how_many_ended_and_how_many_of_them_succeeded(JoinKind join, int ended, int succeeded, JoinState state)
    {
        var step = Plans.Step("a", 1, 2) with { Join = join };

        Assert.Equal(state, StepRules.Join(step, ended, succeeded));
    }

    [Theory]
    [InlineData(JoinKind.All)]
    [InlineData(JoinKind.Any)]
    [InlineData(JoinKind.Settled)]
    public void Step_without_dependencies_may_start_and_a_final_one_starts_however_they_ended(JoinKind join)
    {
        Assert.Equal(JoinState.Met, StepRules.Join(Plans.Step("a") with { Join = join }, 0, 0));
        Assert.Equal(JoinState.Met, StepRules.Join(Plans.Step("a", 1, 2) with { Join = join, IsFinal = true }, 2, 0));
    }

    [Theory]
    [InlineData(FailurePolicy.Cancel, ErrorKind.ContentFiltered, 1, true)]
    [InlineData(FailurePolicy.Stop, ErrorKind.ContentFiltered, 1, false)]
    [InlineData(FailurePolicy.Cancel, ErrorKind.Unavailable, 1, false)]
    [InlineData(FailurePolicy.Cancel, ErrorKind.Unavailable, 3, true)]
    [InlineData(FailurePolicy.Cancel, ErrorKind.ToolFailed, 1, false)]
    public void Final_failure_without_a_substitute_cancels_the_run_if_the_policy_is_cancel(
        FailurePolicy policy, ErrorKind kind, int attempt, bool cancels)
    {
        var rule = new FailureRule(FailureAction.Fail)
        {
            ByKind = new Dictionary<ErrorKind, FailureAction> { [ErrorKind.ToolFailed] = new(FailureActionKind.Value) }
        };
        var plan = Plans.Of(1, Plans.Step("a") with { OnError = rule, Retry = new RetryRule() }) with { OnStepFailure = policy };

        Assert.Equal(cancels, StepRules.CancelsRun(plan, Failed(kind, attempt)));
        Assert.False(StepRules.CancelsRun(plan with { Steps = [plan.Steps[0] with { IsFinal = true }] }, Failed(kind, attempt)));
    }

    [Fact]
    public void Attempt_that_could_not_begin_in_time_is_not_made()
    {
        var plan = Plans.Of(1, Plans.Step("a") with { StepTimeoutMs = 1_000, Retry = new RetryRule() });
        var failed = Failed(ErrorKind.RateLimited, 1, retryAfterMs: 500);

        Assert.NotNull(StepRules.AfterFailure(plan, failed with { Deadline = failed.At.AddMilliseconds(501) }).RetryAfter);
        var late = StepRules.AfterFailure(plan, failed with { Deadline = failed.At.AddMilliseconds(500) });
        Assert.Equal((null, ErrorKind.Timeout), (late.RetryAfter, late.Error.Kind));
    }

    private static FailedAttempt Failed(ErrorKind kind, int attempt, int? retryAfterMs = null) => new(
        0, attempt, attempt, new WorkflowError(kind, "It failed.") { Retryable = WorkflowError.IsTransient(kind), RetryAfterMs = retryAfterMs },
        SimulatedRun.Start, null);
}
