using Orchestrator.Workflows.Runs;

namespace Orchestrator.Workflows.Scheduling;

/// <content>
/// The end of the run: final steps start when all others have ended, however they ended; the run is complete when the final steps have ended, too.
/// Its status is the one with which it was stopped, or else follows from the first failure.
/// </content>
public sealed partial class WorkflowScheduler
{
    /// <summary>Whether no command waits for a fact and no step may start: such a run would never end.</summary>
    private bool IsStuck => _started && _open + _openFinal > 0 && Executing == 0 && _substituting == 0 && _ready.Count == 0 && _retrying.Count == 0
        && _ended.Count == 0 && _newlyReady.Count == 0 && !_paceTimer && !IsSuspended;

    /// <summary>Lets the final steps start. Once per run, so linear.</summary>
    private void EnterFinalPhase(DateTimeOffset at)
    {
        InFinalPhase = true;
        IsClosed = false;
        CancelTimers();
        for (var step = 0; step < _states.Length; step++)
        {
            Operations++;
            EvaluateJoin(step, at);
        }
    }

    private void CompleteIfDone()
    {
        if (!_started || _open + _openFinal > 0)
        {
            return;
        }

        IsComplete = true;
        Status = _verdict ?? (_failure is null ? RunStatus.Completed : RunStatus.Failed);
        _commands.Add(new SchedulerCommand.CompleteRun(Status, Status is RunStatus.Failed or RunStatus.TimedOut ? _failure : null)
        {
            Observed = Observe(_plan.Observes),
        });
    }

    /// <summary>
    /// Fails a run whose open steps wait for one another, and names them: a guard for graphs that the compiler should have refused.
    /// </summary>
    private void EndStuck(DateTimeOffset at)
    {
        const int Named = 10;
        var open = Enumerable.Range(0, _states.Length).Where(step => !_states[step].IsOver && Graph.Steps[step].IsFinal == InFinalPhase).ToList();
        var more = open.Count > Named ? $" and {open.Count - Named} more" : "";
        var names = string.Join(", ", open.Take(Named).Select(step => $"'{Graph.Steps[step].Id}'")) + more;
        _verdict = RunStatus.Failed;
        _failure = new WorkflowError(
            ErrorKind.Internal, $"The run could not go on: nothing executes, and these steps wait for steps that cannot end: {names}.");
        Stop(null, StepReason.Stop, cancelExecuting: false, at);
    }
}
