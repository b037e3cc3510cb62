using Orchestrator.Workflows.Runs;

namespace Orchestrator.Workflows.Scheduling;

/// <content>
/// Attempts that were cancelled for a reason that the scheduler has not received yet: the end of another step, or the run's time. They decide nothing; they are
/// kept until it has received it.
/// </content>
public sealed partial class WorkflowScheduler
{
    private readonly Dictionary<DecidingStep, List<int>> _keptFor = [];
    private readonly List<int> _keptForTime = [];
    private readonly List<DecidingStep> _undecided = [];

    /// <summary>The step whose failure stopped the run; null while none did.</summary>
    private DecidingStep? _stoppedBy;

    private void EndCancelled(SchedulerFact.StepEnded fact)
    {
        var (step, outcome) = (fact.Step, fact.Outcome);
        if (IsClosed || InFinalPhase)
        {
            Settle(step, StepStatus.Cancelled, succeeded: false);
            return;
        }

        switch (outcome)
        {
            case { DecidedBy: { } decider } when Executes(decider):
                Keep(_keptFor.TryGetValue(decider, out var kept) ? kept : _keptFor[decider] = [], step);
                break;
            case { DecidedBy: { } decider }:
                Disregard(decider);
                StartAgain(step, fact.At);
                break;
            case { Reason: StepReason.Timeout }:
                // The run's own timer, which is about to fire, decides whether its time is over.
                Keep(_keptForTime, step);
                break;
            default:
                // The caller's cancellation reached the step before it reached the scheduler.
                Settle(step, StepStatus.Cancelled, succeeded: false);
                Stop(RunStatus.Cancelled, StepReason.Cancel, cancelExecuting: true, fact.At);
                break;
        }
    }

    private bool Executes(DecidingStep decider) =>
        _states[decider.Step] is { Status: StepStatus.Running } state && state.Attempt == decider.Attempt;

    /// <summary>It counts as executing until it is settled, so that the run is not over without it.</summary>
    private void Keep(List<int> kept, int step)
    {
        kept.Add(step);
        Count(step, 1);
    }

    /// <summary>The run is stopped: what was cancelled before is settled with the rest.</summary>
    private void SettleKept()
    {
        foreach (var step in _keptFor.Values.Append(_keptForTime).SelectMany(kept => kept).Order())
        {
            Count(step, -1);
            Settle(step, StepStatus.Cancelled, succeeded: false);
        }

        _keptFor.Clear();
        _keptForTime.Clear();
    }

    /// <summary>The step whose end was to stop the run has ended without stopping it: the attempts that were cancelled for it are started again.</summary>
    private void RestartUndecided(SchedulerFact fact)
    {
        if (fact is SchedulerFact.StepEnded ended && !IsClosed && _keptFor.Remove(new DecidingStep(ended.Step, ended.Attempt), out var kept))
        {
            Disregard(new DecidingStep(ended.Step, ended.Attempt));
            foreach (var step in kept)
            {
                Count(step, -1);
                StartAgain(step, fact.At);
            }
        }
    }

    private void Disregard(DecidingStep decider)
    {
        if (!_undecided.Contains(decider))
        {
            _undecided.Add(decider);
        }
    }

    /// <summary>Being cancelled is no failure, so the attempt does not count for the retry rule. A step that was only to be recorded with a substitute ends as it had failed.</summary>
    private void StartAgain(int step, DateTimeOffset at)
    {
        if (_states[step].IsSubstituted)
        {
            EndAsFailed(step);
            return;
        }

        _states[step].TurnAttempt--;
        MakeReady(step, at);
    }

    private void Count(int step, int change)
    {
        if (_states[step].IsSubstituted)
        {
            _substituting += change;
        }
        else
        {
            Executing += change;
        }
    }
}
