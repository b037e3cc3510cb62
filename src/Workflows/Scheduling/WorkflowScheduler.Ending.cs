using Orchestrator.Workflows.Definitions;
using Orchestrator.Workflows.Graphs;
using Orchestrator.Workflows.Runs;

namespace Orchestrator.Workflows.Scheduling;

/// <content>What the end of an attempt leads to: another attempt or turn, a fallback, released or skipped dependents, the end of the run.</content>
public sealed partial class WorkflowScheduler
{
    private bool _mustStop;
    private string _stopReason = StepReason.Stop;

    private void End(SchedulerFact.StepEnded fact)
    {
        ref var state = ref _states[fact.Step];
        if (state.Status != StepStatus.Running || state.Attempt != fact.Attempt)
        {
            throw new InvalidOperationException(
                $"Attempt {fact.Attempt} of step '{Graph.Steps[fact.Step].Id}' ended, but the step is {state.Status} at attempt {state.Attempt}.");
        }

        Executing--;
        _slots.Learn(fact.At, fact.Outcome);
        _spending.Add(fact.Outcome.Usage);
        state.FirstStartedAt ??= fact.Outcome.StartedAt == default ? fact.At : fact.Outcome.StartedAt;
        state.Error = fact.Outcome.Error;
        switch (fact.Outcome.Status)
        {
            case StepStatus.Failed when TryRetry(fact):
                break;
            case StepStatus.Failed:
                Fail(fact.Step, recorded: true);
                break;
            case StepStatus.Completed when fact.Outcome.Again && IsClosed:
                Record(fact.Step, StepStatus.Cancelled, _stopReason);
                Settle(fact.Step, StepStatus.Cancelled, succeeded: false);
                break;
            case StepStatus.Completed when fact.Outcome.Again:
                state.Turn++;
                state.TurnAttempt = 0;
                MakeReady(fact.Step, fact.At);
                break;
            default:
                Settle(fact.Step, fact.Outcome.Status, fact.Outcome.Status == StepStatus.Completed);
                if (fact.Outcome.Status == StepStatus.Cancelled && !IsClosed && !InFinalPhase)
                {
                    // The wish to cancel reached the step before it reached us.
                    Stop(RunStatus.Cancelled, StepReason.Cancel, cancelExecuting: true);
                }

                break;
        }
    }

    /// <summary>Has the failed attempt followed by another one if the step's rule and the run allow it; fails the step when its time does not.</summary>
    /// <returns>False when another attempt is out of the question.</returns>
    private bool TryRetry(SchedulerFact.StepEnded fact)
    {
        var step = Graph.Steps[fact.Step];
        ref var state = ref _states[fact.Step];
        if (IsClosed || state.Error is not { } error || step.Retry is not { } retry || !retry.Allows(error, state.TurnAttempt))
        {
            return false;
        }

        var delay = retry.DelayAfter(state.TurnAttempt, error, StableHash.Draw(_plan.RunId, step.Id, fact.Attempt));
        if (Deadline(fact.Step) is { } deadline && fact.At + delay >= deadline)
        {
            state.Error = new WorkflowError(
                ErrorKind.Timeout, $"Step '{step.Id}' has no time for another attempt within its stepTimeout of {step.StepTimeoutMs} ms: {error.Message}")
            {
                Step = step.Id,
                Attempt = fact.Attempt,
                Details = new() { ["level"] = "step" },
            };
            Fail(fact.Step, recorded: false);
            return true;
        }

        state.Status = StepStatus.Retrying;
        AddTimer(TimerUse.Retry, fact.Step, fact.At + delay);
        return true;
    }

    /// <summary>The step has failed for good: its own rule applies, then the run's.</summary>
    /// <param name="recorded">Whether its activity has told the feed.</param>
    private void Fail(int step, bool recorded)
    {
        ref var state = ref _states[step];
        if (!recorded)
        {
            Record(step, StepStatus.Failed, null);
        }

        var rule = state.Adopt is null ? Graph.Steps[step].OnError : null;
        var action = rule is not null && state.Error is { } error ? rule.For(error.Kind) : FailureAction.Fail;
        switch (action)
        {
            case { Kind: FailureActionKind.Continue }:
                Settle(step, StepStatus.Failed, succeeded: true);
                break;
            case { Kind: FailureActionKind.Step, Step: { } reused } when !IsClosed && _states[reused].Status == StepStatus.Reused:
                state.Adopt = reused;
                MakeReady(step, state.ReadyAt);
                break;
            case { Kind: FailureActionKind.Step, Step: { } fallback } when !IsClosed && !_states[fallback].IsOver:
                state.Status = StepStatus.Waiting;
                _states[fallback].StandsInFor = step;
                if (_states[fallback].WaitingFor == 0)
                {
                    MakeReady(fallback, state.ReadyAt);
                }

                break;
            default:
                Settle(step, StepStatus.Failed, succeeded: false);
                _failure ??= state.Error;
                _mustStop |= !InFinalPhase && !IsClosed && _plan.OnStepFailure != FailurePolicy.Continue;
                break;
        }
    }

    /// <summary>Marks a step as ended and leaves its dependents to <see cref="ReleaseDependents"/>.</summary>
    /// <param name="succeeded">Whether its dependents may go on.</param>
    private void Settle(int step, StepStatus status, bool succeeded)
    {
        ref var state = ref _states[step];
        state.Status = status;
        state.Succeeded = succeeded;
        _open -= Graph.Steps[step].IsFinal ? 0 : 1;
        _openFinal -= Graph.Steps[step].IsFinal ? 1 : 0;
        Failed += status == StepStatus.Failed ? 1 : 0;
        _ended.Enqueue(step);
    }

    private void Skip(int step, string reason)
    {
        Record(step, StepStatus.Skipped, reason);
        Settle(step, StepStatus.Skipped, succeeded: false);
    }

    private void Record(int step, StepStatus status, string? reason) =>
        _commands.Add(new SchedulerCommand.RecordStatus(step, status, reason));

    private void ReleaseDependents(DateTimeOffset at)
    {
        while (_ended.TryDequeue(out var step))
        {
            EndFallbacks(step, at);
            foreach (var dependent in Graph.DependentsOf(step))
            {
                Operations++;
                _states[dependent].WaitingFor--;
                if (_states[dependent].Status == StepStatus.Pending)
                {
                    Consider(dependent, _states[step].Succeeded, at);
                }
            }

            if (_mustStop && _ended.Count == 0)
            {
                _mustStop = false;
                Stop(null, StepReason.Stop, _plan.OnStepFailure == FailurePolicy.Cancel);
            }
        }
    }

    /// <summary>One more dependency of a step that has not started has ended.</summary>
    private void Consider(int step, bool succeeded, DateTimeOffset at)
    {
        ref var state = ref _states[step];
        var allEnded = state.WaitingFor == 0;
        switch (Graph.Steps[step])
        {
            case { IsFinal: true }:
                if (InFinalPhase && allEnded)
                {
                    MakeReady(step, at);
                }

                break;
            case { Join: JoinKind.Any } when succeeded:
                state.Available = [.. Graph.Steps[step].DependsOn.Where(dependency => _states[dependency].Succeeded)];
                MakeReady(step, at);
                break;
            case { Join: JoinKind.All } when !succeeded:
            case { Join: JoinKind.Any } when allEnded:
                Skip(step, StepReason.Dependency);
                break;
            case var node when allEnded && (!node.IsFallback || state.StandsInFor is not null):
                MakeReady(step, at);
                break;
            default:
                break;
        }
    }

    /// <summary>A step that had fallbacks does not need them any more; one that was a fallback hands its output over.</summary>
    private void EndFallbacks(int step, DateTimeOffset at)
    {
        if (Graph.Steps[step].OnError is { } rule)
        {
            foreach (var fallback in rule.ByKind.Values.Append(rule.Default).Select(action => action.Step).OfType<int>().Distinct())
            {
                if (!_states[fallback].IsOver && _states[fallback].StandsInFor is null)
                {
                    Skip(fallback, StepReason.Arm);
                }
            }
        }

        if (_states[step].StandsInFor is not { } failed || _states[failed].IsOver)
        {
            return;
        }

        if (_states[step].Succeeded && !IsClosed)
        {
            _states[failed].Adopt = step;
            MakeReady(failed, at);
        }
        else
        {
            // Its own failure is what the user must see; the fallback's is recorded beside it.
            _states[failed].Adopt = step;
            Fail(failed, recorded: false);
        }
    }

    /// <summary>Starts nothing from now on: ends every step that does not execute. Once per run, so linear.</summary>
    /// <param name="verdict">How the run has ended by this; null when a failure says it.</param>
    private void Stop(RunStatus? verdict, string reason, bool cancelExecuting)
    {
        _verdict ??= verdict;
        _stopReason = reason;
        IsClosed = true;
        _ready.Clear();
        _newlyReady.Clear();
        for (var step = 0; step < _states.Length; step++)
        {
            Operations++;
            var status = _states[step].Status;
            if (_states[step].IsOver || status == StepStatus.Running || Graph.Steps[step].IsFinal)
            {
                continue;
            }

            // A step that waited for another attempt or for its fallback did run, and it failed: that is what the user must see.
            var failed = reason == StepReason.Stop && (status is StepStatus.Retrying or StepStatus.Waiting || _states[step].TurnAttempt > 0);
            Record(step, failed ? StepStatus.Failed : StepStatus.Cancelled, failed ? null : reason);
            Settle(step, failed ? StepStatus.Failed : StepStatus.Cancelled, succeeded: false);
        }

        CancelTimers();
        if (cancelExecuting && Executing > 0)
        {
            _commands.Add(new SchedulerCommand.CancelExecuting(reason));
        }
    }
}
