using Orchestrator.Workflows.Definitions;
using Orchestrator.Workflows.Runs;

namespace Orchestrator.Workflows.Planning;

/// <summary>
/// The rules over a step, its plan and its outcomes: when a join is decided, whether a failed attempt is followed by another, and what takes the
/// place of a failed step. The scheduler, the activities, the feed, a resume and the compiler all ask them, so that they cannot differ. How long a
/// retry waits is in <see cref="RetryRule"/>. Pure functions. Thread-safe.
/// </summary>
public static class StepRules
{
    /// <summary>Whether a step may start as far as its dependencies are concerned.</summary>
    /// <param name="ended">How many of its dependencies have ended with any status.</param>
    /// <param name="succeeded">How many of those count as a success.</param>
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

    /// <summary>The join in effect: a final step starts however the steps before it ended, whatever its definition says.</summary>
    public static JoinKind JoinOf(GraphStep step)
    {
        ArgumentNullException.ThrowIfNull(step);
        return step.IsFinal ? JoinKind.Settled : step.Join;
    }

    /// <summary>
    /// Whether a step may start while steps before it still execute: it does not know which of them had ended, and neither do those behind it.
    /// </summary>
    public static bool StartsBeforeAllEnded(GraphStep step) => JoinOf(step) == JoinKind.Any;

    /// <summary>Whether a step is skipped because of its skipped dependencies, whatever becomes of the others.</summary>
    public static bool IsSkipped(GraphStep step, Func<int, bool> isSkipped)
    {
        ArgumentNullException.ThrowIfNull(step);
        return Join(step, step.DependsOn.Count(isSkipped), 0) == JoinState.Dead;
    }

    /// <summary>
    /// The actions that the final failure of a step may lead to: those for single kinds of failure, then the one for all others. Empty without a
    /// rule.
    /// </summary>
    public static IEnumerable<FailureAction> Actions(GraphStep step)
    {
        ArgumentNullException.ThrowIfNull(step);
        return step.OnError is { } rule ? rule.ByKind.Values.Append(rule.Default) : [];
    }

    /// <summary>Positions of the fallback steps that a step may call, each once, in the order of its rule.</summary>
    public static IReadOnlyList<int> Fallbacks(GraphStep step)
    {
        ArgumentNullException.ThrowIfNull(step);
        return step.OnError is null ? [] : [.. Actions(step).Select(action => action.Step).OfType<int>().Distinct()];
    }

    /// <summary>By the position of a fallback step, the positions of the steps that may call it, ascending.</summary>
    public static ILookup<int, int> Callers(IReadOnlyList<GraphStep> steps) => Enumerable.Range(0, steps.Count)
        .SelectMany(caller => Fallbacks(steps[caller]), (caller, fallback) => (caller, fallback))
        .ToLookup(pair => pair.fallback, pair => pair.caller);

    /// <summary>What the final failure of a step leads to: the action for its kind, or else the one for all kinds.</summary>
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

    /// <summary>
    /// What a failed attempt leads to while the run goes on: another attempt, or the step's action for its final failure. An attempt that could not
    /// begin before the step's deadline is not made; the failure is then a timeout.
    /// </summary>
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
    /// Whether a failed attempt cancels the executing steps, as follows from plan and outcome alone: it is the last attempt, nothing takes the step's
    /// place, and failures cancel the run. For a failed fallback step that holds, too, since the step that called it fails with it.
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
    /// <summary>It depends on steps that have not ended.</summary>
    Open,

    /// <summary>The step may start.</summary>
    Met,

    /// <summary>The step can never start: it is skipped.</summary>
    Dead,
}

/// <summary>A failed attempt, as far as it is known from the plan, the call and the outcome.</summary>
/// <param name="Step">Position in the plan.</param>
/// <param name="Attempt">The number of the attempt, from 1.</param>
/// <param name="TurnAttempt">The number of the attempt within its turn, from 1: what the retry rule counts.</param>
/// <param name="At">When it ended.</param>
/// <param name="Deadline">When all attempts together must be done; null: no limit.</param>
public sealed record FailedAttempt(int Step, int Attempt, int TurnAttempt, WorkflowError Error, DateTimeOffset At, DateTimeOffset? Deadline);

/// <summary>What a failed attempt leads to.</summary>
/// <param name="Error">The failure that counts: that of the attempt, or a timeout when there is no time for another attempt.</param>
/// <param name="Action">What takes the step's place; without meaning when it is tried again.</param>
/// <param name="RetryAfter">The wait before the next attempt; null: there is none.</param>
public sealed record FailureVerdict(WorkflowError Error, FailureAction Action, TimeSpan? RetryAfter);
