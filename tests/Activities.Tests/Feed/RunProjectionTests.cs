using Orchestrator.Activities.Feed;
using Orchestrator.Activities.RunLogs;
using Orchestrator.Workflows.Planning;
using Orchestrator.Workflows.Runs;
using Orchestrator.Workflows.Usage;

namespace Orchestrator.Activities.Tests.Feed;

public class RunProjectionTests
{
    private static readonly DateTimeOffset Start = new(2026, 1, 1, 0, 0, 0, TimeSpan.Zero);

    [Fact]
    public void Reused_step_is_reused_and_done_before_the_first_event()
    {
        var run = Resumed();

        Assert.Equal((StepStatus.Reused, true), (run.Step("a").Status, run.Step("a").Reused));
        Assert.Equal(StepStatus.Pending, run.Step("b").Status);
        Assert.Equal(new RunProgress(2, 1), run.Progress);
    }

    [Fact]
    public void Earlier_attempts_count_for_time_and_cost_but_not_for_the_status_of_a_step()
    {
        var run = Resumed();

        Assert.True(run.Apply(Event(RunEventNames.StepStarted, "b", 1, 0)));
        Assert.True(run.Apply(Event(RunEventNames.StepFailed, "b", 1, 1)));
        Assert.Equal(
            (StepStatus.Pending, 1, 1000.0, 3),
            (run.Step("b").Status, run.Step("b").Attempts, run.Step("b").DurationMs, run.Step("b").Usage.InputTokens));
        Assert.Null(run.Step("b").Error);
        Assert.Null(run.Step("b").CompletedAt);

        run.Apply(Event(RunEventNames.StepStarted, "b", 2, 10));
        run.Apply(Event(RunEventNames.StepCompleted, "b", 2, 11));
        Assert.Equal(
            (StepStatus.Completed, 2, 2000.0, 6),
            (run.Step("b").Status, run.Step("b").Attempts, run.Step("b").DurationMs, run.Step("b").Usage.InputTokens));
        Assert.Equal((Start.AddSeconds(10), Start.AddSeconds(11)), (run.Step("b").StartedAt, run.Step("b").CompletedAt));
        Assert.Equal(new RunProgress(2, 2), run.Progress);
    }

    [Fact]
    public void Reused_step_shows_when_the_attempt_executed_it_that_it_is_reused_from()
    {
        // Its result is of attempt 1; in attempt 2, with another input, it was skipped.
        var run = new RunProjection(["a"], 3, new Dictionary<string, CheckpointReference> { ["a"] = new(1, 1) });

        run.Apply(Event(RunEventNames.StepStarted, "a", 1, 0));
        run.Apply(Event(RunEventNames.StepCompleted, "a", 1, 1));
        run.Apply(Event(RunEventNames.StepSkipped, "a", 2, 5) with { Reason = "dependency" });

        Assert.Equal((StepStatus.Reused, null), (run.Step("a").Status, run.Step("a").Reason));
        Assert.Equal((Start, Start.AddSeconds(1)), (run.Step("a").StartedAt, run.Step("a").CompletedAt));
    }

    [Fact]
    public void Step_that_is_no_longer_there_still_costs_what_it_cost()
    {
        var run = Resumed();

        run.Apply(Event(RunEventNames.StepCompleted, "gone", 1, 1));

        Assert.Equal(3, run.Usage.InputTokens);
        Assert.Equal(["a", "b"], run.Summaries().Keys);
    }

    /// <summary>Attempt 2 of a run whose attempt 1 has completed <c>a</c>.</summary>
    private static RunProjection Resumed() => new(["a", "b"], 2, new Dictionary<string, CheckpointReference> { ["a"] = new(1, 1) });

    private static RunEvent Event(string name, string step, int runAttempt, int second) => new(name, "r", runAttempt, Start.AddSeconds(second))
    {
        StepId = step,
        Attempt = 1,
        DurationMs = name == RunEventNames.StepStarted ? null : 1000,
        Usage = name == RunEventNames.StepStarted ? null : new TokenUsage { InputTokens = 3 },
        Error = name == RunEventNames.StepFailed ? new WorkflowError(ErrorKind.Unavailable, "Away.") : null,
    };
}
