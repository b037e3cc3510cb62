using Orchestrator.Workflows.Planning;
using Orchestrator.Workflows.Runs;

namespace Orchestrator.Workflows.Scheduling;

/// <content>
/// What replaces the output of a step that has failed finally. A fallback step waits until a failed step calls it; the caller waits for its end, and
/// is then recorded with its output. Such a recording is no work, so it needs no slot and waits in no queue.
/// </content>
public sealed partial class WorkflowScheduler
{
    /// <summary>The number of failed steps whose record with another output is being written.</summary>
    private int _substituting;

    /// <summary>Applies the step's rule for its final failure, <see cref="StepState.Error"/>.</summary>
    private void Fail(int step, DateTimeOffset at) => Fail(step, StepRules.ActionOf(Graph.Steps[step], _states[step].Error!.Kind), at);

    /// <summary>
    /// Applies an action to a step that has failed finally. A stopped run starts no fallback step, and a cancelled one records no other output.
    /// </summary>
    private void Fail(int step, FailureAction action, DateTimeOffset at)
    {
        ref var state = ref _states[step];
        switch (action)
        {
            case { Kind: FailureActionKind.Continue }:
                EndAsContinued(step);
                break;
            case { Kind: FailureActionKind.Value } when !_isCancelled || InFinalPhase:
                Substitute(step, null, at);
                break;
            case { Kind: FailureActionKind.Step, Step: { } fallback } when !IsClosed && !_states[fallback].IsOver:
                ReportFailure(step);
                state.Status = StepStatus.Waiting;
                (_states[fallback].Callers ??= []).Add(step);
                EvaluateJoin(fallback, at);
                break;
            case { Kind: FailureActionKind.Step, Step: { } fallback }:
                EndAfterFallback(step, fallback, at);
                break;
            default:
                EndAsFailed(step);
                break;
        }

        ReleaseFallbacks(step, state.Status == StepStatus.Waiting ? action.Step : null);
    }

    /// <summary>The step stays failed, and its dependents go on without its output.</summary>
    private void EndAsContinued(int step)
    {
        ReportFailure(step);
        Settle(step, StepStatus.Failed, succeeded: true);
    }

    /// <summary>Has a failed step recorded with another output.</summary>
    /// <param name="fallback">The fallback step whose output it takes over; null for the value that its rule gives.</param>
    private void Substitute(int step, int? fallback, DateTimeOffset at)
    {
        ref var state = ref _states[step];
        state.Status = StepStatus.Running;
        state.IsSubstituted = true;
        state.ReadyAt = at;
        state.Attempt++;
        _substituting++;
        _commands.Add(new SchedulerCommand.StartStep(step, state.Attempt, state.ReadyAt, null)
        {
            Turn = state.Turn,
            TurnAttempt = state.TurnAttempt + 1,
            Failure = state.Error,
            Adopt = fallback,
        });
    }

    /// <summary>Skips the fallback steps that neither this step nor another one can call any more.</summary>
    /// <param name="chosen">The one that the step calls; null for none.</param>
    private void ReleaseFallbacks(int step, int? chosen)
    {
        ref var state = ref _states[step];
        if (state.HasReleasedFallbacks || Graph.Steps[step].OnError is null)
        {
            return;
        }

        state.HasReleasedFallbacks = true;
        foreach (var fallback in StepRules.Fallbacks(Graph.Steps[step]))
        {
            Operations++;
            ref var other = ref _states[fallback];
            other.PossibleCallers--;
            if (fallback != chosen && other is { PossibleCallers: 0, Callers: null, IsOver: false })
            {
                Skip(fallback, StepReason.Arm);
            }
        }
    }

    /// <summary>Ends the steps that wait for a fallback step which has ended.</summary>
    private void EndCallers(int fallback, DateTimeOffset at)
    {
        ref var state = ref _states[fallback];
        foreach (var step in state.Callers ?? [])
        {
            Operations++;
            if (_states[step].Status == StepStatus.Waiting)
            {
                EndAfterFallback(step, fallback, at);
            }
        }
    }

    /// <summary>Ends a failed step whose fallback step has ended: with the output of that, or as that ended if it has none.</summary>
    private void EndAfterFallback(int step, int fallback, DateTimeOffset at)
    {
        if (IsClosed || !_states[fallback].Succeeded)
        {
            EndAsFailed(step);
        }
        else if (_states[fallback].HasOutput)
        {
            Substitute(step, fallback, at);
        }
        else
        {
            EndAsContinued(step);
        }
    }
}
