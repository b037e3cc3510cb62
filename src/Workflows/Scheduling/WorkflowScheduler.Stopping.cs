using Orchestrator.Workflows.Planning;
using Orchestrator.Workflows.Runs;

namespace Orchestrator.Workflows.Scheduling;

/// <content>How a run ends before all its steps did.</content>
public sealed partial class WorkflowScheduler
{
    private string _stopReason = StepReason.Stop;

    /// <summary>Executing steps were told to end, so that none can be recorded with a substitute for its output.</summary>
    private bool _isCancelled;

    /// <summary>Whether no command waits for a fact and no step may start: such a run would never end.</summary>
    private bool IsStuck => _started && _open + _openFinal > 0 && Executing == 0 && _substituting == 0 && _ready.Count == 0 && _retrying.Count == 0
        && _ended.Count == 0 && _newlyReady.Count == 0 && !_paceTimer && !IsSuspended;

    /// <summary>Starts nothing from now on: ends every step that does not execute. Once per run and phase, so linear.</summary>
    /// <param name="verdict">The status with which the run ends; null when its failures decide.</param>
    private void Stop(RunStatus? verdict, string reason, bool cancelExecuting, DateTimeOffset at)
    {
        _verdict ??= verdict;
        _stopReason = reason;
        IsClosed = true;
        _isCancelled |= cancelExecuting;
        _ready.Clear();
        _newlyReady.Clear();
        for (var step = 0; step < _states.Length; step++)
        {
            Operations++;
            var status = _states[step].Status;
            if (_states[step].IsOver || status == StepStatus.Running || (Graph.Steps[step].IsFinal && !InFinalPhase))
            {
                continue;
            }

            // A step that waited for its fallback has failed, and was reported as that: so it ends whatever stops the run.
            if (status == StepStatus.Waiting)
            {
                Fail(step, FailureAction.Fail, at);
                continue;
            }

            // A step that waited for another attempt did run, and it failed: that is what the user must see.
            if (reason == StepReason.Stop && (status == StepStatus.Retrying || _states[step].TurnAttempt > 0))
            {
                Fail(step, StepRules.ActionOf(Graph.Steps[step], _states[step].Error!.Kind), at);
                continue;
            }

            Record(step, StepStatus.Cancelled, reason);
            Settle(step, StepStatus.Cancelled, succeeded: false);
        }

        CancelTimers();
        SettleKept();
        if (cancelExecuting && Executing + _substituting > 0)
        {
            _commands.Add(new SchedulerCommand.CancelExecuting(reason, reason == StepReason.Stop ? _stoppedBy : null));
        }
    }

    private void StopForBudget(WorkflowError exceeded, DateTimeOffset at)
    {
        _failure ??= exceeded;
        Stop(null, StepReason.Stop, cancelExecuting: false, at);
    }

    /// <summary>A guard for graphs that the checks should have refused: the run ends and names the steps that it waited for.</summary>
    private void EndStuck(DateTimeOffset at)
    {
        const int Named = 10;
        var open = Enumerable.Range(0, _states.Length).Where(step => !_states[step].IsOver && Graph.Steps[step].IsFinal == InFinalPhase).ToList();
        var names = string.Join(", ", open.Take(Named).Select(step => $"'{Graph.Steps[step].Id}'")) + (open.Count > Named ? $" and {open.Count - Named} more" : "");
        _verdict = RunStatus.Failed;
        _failure = new WorkflowError(ErrorKind.Internal, $"The run could not go on: nothing executes, and these steps wait for steps that cannot end: {names}.");
        Stop(null, StepReason.Stop, cancelExecuting: false, at);
    }
}
