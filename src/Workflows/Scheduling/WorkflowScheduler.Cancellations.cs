using Orchestrator.Workflows.Runs;

namespace Orchestrator.Workflows.Scheduling;

/// <content>
/// Attempts that ended as cancelled before the scheduler received the reason: the end of another step, or the run's time limit. A cancellation
/// decides nothing by itself, so they are held until the reason has arrived: then they end with the stopped run, or start again if it did not stop.
/// </content>
public sealed partial class WorkflowScheduler
{
    private readonly Dictionary<DecidingStep, List<int>> _heldForStep = [];
    private readonly List<int> _heldForTimeLimit = [];
    private readonly List<DecidingStep> _disregarded = [];

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
            case { DecidedBy: { } decider } when IsExecuting(decider):
                Hold(_heldForStep.TryGetValue(decider, out var held) ? held : _heldForStep[decider] = [], step);
                break;
            case { DecidedBy: { } decider }:
                Disregard(decider);
                StartAgain(step, fact.At);
                break;
            case { Reason: StepReason.Timeout }:
                // Only the run's own timer, which is about to fire, decides that its time is over.
                Hold(_heldForTimeLimit, step);
                break;
            default:
                // A caller's cancellation reached the step before it reached the scheduler.
                Settle(step, StepStatus.Cancelled, succeeded: false);
                Stop(RunStatus.Cancelled, StepReason.Cancel, cancelExecuting: true, fact.At);
                break;
        }
    }

    private bool IsExecuting(DecidingStep decider) =>
        _states[decider.Step] is { Status: StepStatus.Running } state && state.Attempt == decider.Attempt;

    /// <summary>Holds a step. It counts as executing, so that the run does not end without it.</summary>
    private void Hold(List<int> held, int step)
    {
        held.Add(step);
        AddExecuting(step, 1);
    }

    /// <summary>Ends the held steps as cancelled: the run is stopped.</summary>
    private void SettleHeld()
    {
        foreach (var step in _heldForStep.Values.Append(_heldForTimeLimit).SelectMany(held => held).Order())
        {
            AddExecuting(step, -1);
            Settle(step, StepStatus.Cancelled, succeeded: false);
        }

        _heldForStep.Clear();
        _heldForTimeLimit.Clear();
    }

    /// <summary>Starts the steps again that are held for the end of a step which has ended now without stopping the run.</summary>
    private void RestartDisregarded(SchedulerFact fact)
    {
        if (fact is SchedulerFact.StepEnded ended && !IsClosed && _heldForStep.Remove(new DecidingStep(ended.Step, ended.Attempt), out var held))
        {
            Disregard(new DecidingStep(ended.Step, ended.Attempt));
            foreach (var step in held)
            {
                AddExecuting(step, -1);
                StartAgain(step, fact.At);
            }
        }
    }

    private void Disregard(DecidingStep decider)
    {
        if (!_disregarded.Contains(decider))
        {
            _disregarded.Add(decider);
        }
    }

    /// <summary>
    /// Makes a cancelled step ready again. The cancelled attempt is no failure, so the retry rule does not count it. A step that was only to be
    /// recorded with another output ends as failed.
    /// </summary>
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

    /// <summary>Counts a step as executing or, if it is only recorded with another output, as being substituted.</summary>
    private void AddExecuting(int step, int change)
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
