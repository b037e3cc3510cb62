using Orchestrator.Workflows.Planning;
using Orchestrator.Workflows.Runs;

namespace Orchestrator.Workflows.Scheduling;

/// <content>
/// What takes the place of a step that failed. A fallback step waits for a call; a step that called one waits for its end, and is then written down
/// with its output. Recording is no work: it holds no slot and waits in no queue.
/// </content>
public sealed partial class WorkflowScheduler
{
    /// <summary>Steps that are being recorded with a substitute for their output.</summary>
    private int _substituting;

    /// <summary>The step has failed finally: applies its rule, except that a stopped run starts no fallback step.</summary>
    private void Fail(int step, FailureAction action, DateTimeOffset at)
    {
        ref var state = ref _states[step];
        switch (action)
        {
            case { Kind: FailureActionKind.Continue }:
                Continue(step);
                break;
            case { Kind: FailureActionKind.Value } when !_isCancelled || InFinalPhase:
                Substitute(step, null, at);
                break;
            case { Kind: FailureActionKind.Step, Step: { } fallback } when !IsClosed && !_states[fallback].IsOver:
                TellFailure(step);
                state.Status = StepStatus.Waiting;
                (_states[fallback].Callers ??= []).Add(step);
                Consider(fallback, at);
                break;
            case { Kind: FailureActionKind.Step, Step: { } fallback }:
                EndAs(step, fallback, at);
                break;
            default:
                EndAsFailed(step);
                break;
        }

        ReleaseFallbacks(step, state.Status == StepStatus.Waiting ? action.Step : null);
    }

    /// <summary>The step stays failed, and its dependents go on without its output.</summary>
    private void Continue(int step)
    {
        TellFailure(step);
        Settle(step, StepStatus.Failed, succeeded: true);
    }

    /// <summary>Has a failed step written down with another output: that of a fallback step, or the value that its rule gives.</summary>
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

    /// <summary>Releases the fallback steps that the step does not need; those that no other step may need are skipped.</summary>
    /// <param name="chosen">The one that it needs; null for none.</param>
    private void ReleaseFallbacks(int step, int? chosen)
    {
        ref var state = ref _states[step];
        if (state.HasChosen || Graph.Steps[step].OnError is null)
        {
            return;
        }

        state.HasChosen = true;
        foreach (var fallback in StepRules.Fallbacks(Graph.Steps[step]))
        {
            Operations++;
            ref var other = ref _states[fallback];
            other.MayBeCalledBy--;
            if (fallback != chosen && other is { MayBeCalledBy: 0, Callers: null, IsOver: false })
            {
                Skip(fallback, StepReason.Arm);
            }
        }
    }

    /// <summary>The steps that called a fallback step, now that it has ended: they take its output over, or end as it did.</summary>
    private void AnswerCallers(int fallback, DateTimeOffset at)
    {
        ref var state = ref _states[fallback];
        foreach (var step in state.Callers ?? [])
        {
            Operations++;
            if (_states[step].Status != StepStatus.Waiting)
            {
                continue;
            }

            EndAs(step, fallback, at);
        }
    }

    /// <summary>A step that failed takes the output of its fallback step over, which has ended; without one it ends as that did.</summary>
    private void EndAs(int step, int fallback, DateTimeOffset at)
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
            Continue(step);
        }
    }
}
