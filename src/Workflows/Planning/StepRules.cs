using Orchestrator.Workflows.Definitions;
using Orchestrator.Workflows.Runs;

namespace Orchestrator.Workflows.Planning;

/// <summary>
/// Rules over the plan and the ends of steps. The scheduler, the activity, the feed, the documents, a resume and the checks of the compiler use
/// them, so that they cannot differ. Pure functions; thread-safe.
/// </summary>
public static class StepRules
{
    /// <summary>Whether a step may start as far as its dependencies are concerned.</summary>
    /// <param name="ended">How many of its dependencies have ended, in whichever way.</param>
    /// <param name="succeeded">How many of those let their dependents go on.</param>
    public static JoinState Join(GraphStep step, int ended, int succeeded)
    {
        ArgumentNullException.ThrowIfNull(step);
        var all = ended == step.DependsOn.Count;
        return JoinOf(step) switch
        {
            JoinKind.All when succeeded < ended => JoinState.Dead,
            JoinKind.Any when succeeded > 0 => JoinState.Met,
            JoinKind.Any when all && ended > 0 => JoinState.Dead,
            _ => all ? JoinState.Met : JoinState.Open,
        };
    }

    /// <summary>The join that counts: a final step runs however the steps before it ended.</summary>
    public static JoinKind JoinOf(GraphStep step)
    {
        ArgumentNullException.ThrowIfNull(step);
        return step.IsFinal ? JoinKind.Settled : step.Join;
    }

    /// <summary>Whether a step is skipped whatever becomes of the rest, since steps that it depends on were.</summary>
    public static bool IsSkipped(GraphStep step, Func<int, bool> isSkipped)
    {
        ArgumentNullException.ThrowIfNull(step);
        return Join(step, step.DependsOn.Count(isSkipped), 0) == JoinState.Dead;
    }

    /// <summary>The steps that may stand in for a step, each once, in the order of its rule.</summary>
    public static IReadOnlyList<int> Fallbacks(GraphStep step)
    {
        ArgumentNullException.ThrowIfNull(step);
        return step.OnError is { } rule ? [.. rule.ByKind.Values.Append(rule.Default).Select(action => action.Step).OfType<int>().Distinct()] : [];
    }

    /// <summary>What the final failure of a step leads to: by its kind, or what the step says of all kinds.</summary>
    public static FailureAction ActionOf(GraphStep step, ErrorKind kind)
    {
        ArgumentNullException.ThrowIfNull(step);
        return step.OnError?.For(kind) ?? FailureAction.Fail;
    }

    /// <summary>When all attempts of a step together must be done; null: no limit.</summary>
    /// <param name="firstStartedAt">When work on the first attempt began.</param>
    public static DateTimeOffset? Deadline(GraphStep step, DateTimeOffset firstStartedAt)
    {
        ArgumentNullException.ThrowIfNull(step);
        return step.StepTimeoutMs is { } limit ? firstStartedAt.AddMilliseconds(limit) : null;
    }

    /// <summary>What a failed attempt leads to while the run goes on: another attempt, or the step's rule for its final failure.</summary>
    public static FailureVerdict AfterFailure(RunPlan plan, FailedAttempt failed)
    {
        ArgumentNullException.ThrowIfNull(plan);
        ArgumentNullException.ThrowIfNull(failed);
        var (step, error) = (plan.Steps[failed.Step], failed.Error);
        if (step.Retry is not { } retry || !retry.Allows(error, failed.TurnAttempt))
        {
            return new FailureVerdict(error, ActionOf(step, error.Kind), null);
        }

        var delay = retry.DelayAfter(failed.TurnAttempt, error, StableHash.Draw(plan.RunId, step.Id, failed.Attempt));
        if (failed.Deadline is not { } deadline || failed.At + delay < deadline)
        {
            return new FailureVerdict(error, FailureAction.Fail, delay);
        }

        var late = new WorkflowError(
            ErrorKind.Timeout, $"Step '{step.Id}' has no time for another attempt within its stepTimeout of {step.StepTimeoutMs} ms: {error.Message}")
        {
            Step = step.Id,
            Attempt = failed.Attempt,
            Details = new() { ["level"] = "step" },
        };
        return new FailureVerdict(late, ActionOf(step, late.Kind), null);
    }

    /// <summary>What a step that ends as failed, with nothing in its place, does to its run. Final steps never stop one.</summary>
    public static FailurePolicy PolicyOf(RunPlan plan, int step)
    {
        ArgumentNullException.ThrowIfNull(plan);
        return plan.Steps[step].IsFinal ? FailurePolicy.Continue : plan.OnStepFailure;
    }

    /// <summary>
    /// Whether a failed attempt cancels the steps that execute, as plan and outcome alone say it: it is the last one, nothing takes its place, and the run
    /// is to be cancelled by a failure. A fallback step that fails takes the step that it stands in for with it.
    /// </summary>
    public static bool CancelsRun(RunPlan plan, FailedAttempt failed)
    {
        ArgumentNullException.ThrowIfNull(plan);
        ArgumentNullException.ThrowIfNull(failed);
        return PolicyOf(plan, failed.Step) == FailurePolicy.Cancel
            && AfterFailure(plan, failed) is { RetryAfter: null, Action.Kind: FailureActionKind.Fail };
    }
}

/// <summary>What <see cref="StepRules.Join"/> says.</summary>
public enum JoinState
{
    /// <summary>It depends on what has not ended.</summary>
    Open,

    /// <summary>The step may start.</summary>
    Met,

    /// <summary>The step can never start: it is skipped.</summary>
    Dead,
}

/// <summary>An attempt that failed, as far as the plan, the call and the outcome tell.</summary>
/// <param name="Step">Position in the plan.</param>
/// <param name="Attempt">The number of the attempt, from 1.</param>
/// <param name="TurnAttempt">The same within its turn: what the retry rule counts.</param>
/// <param name="At">When it ended.</param>
/// <param name="Deadline">When all attempts together must be done; null: no limit.</param>
public sealed record FailedAttempt(int Step, int Attempt, int TurnAttempt, WorkflowError Error, DateTimeOffset At, DateTimeOffset? Deadline);

/// <summary>What a failed attempt leads to.</summary>
/// <param name="Error">The failure that counts: the attempt's, or that there is no time for another one.</param>
/// <param name="Action">What takes the step's place; of no meaning when it is tried again.</param>
/// <param name="RetryAfter">The wait before the next attempt; null: there is none.</param>
public sealed record FailureVerdict(WorkflowError Error, FailureAction Action, TimeSpan? RetryAfter);
