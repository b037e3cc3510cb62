using Orchestrator.Workflows.Planning;
using Orchestrator.Workflows.Runs;

namespace Orchestrator.Workflows.Scheduling;

/// <content>
/// How a run ends before all its steps have ended: by a failure, a request, its time limit or its budget. Steps that do not execute end at once;
/// those that execute go on or are told to end, and their outcomes still count, since they are paid for.
/// </content>
public sealed partial class WorkflowScheduler
{
    private string _stopReason = StepReason.Stop;

    /// <summary>Whether executing steps were told to end: from then on none is recorded with another output.</summary>
    private bool _isCancelled;

    /// <summary>The step whose failure stopped the run; null if none did.</summary>
    private DecidingStep? _stoppedBy;

    /// <summary>Closes the run: nothing starts any more, and every step that does not execute ends. Once per run and phase, so linear.</summary>
    /// <param name="verdict">The status with which the run ends; null if its failures decide.</param>
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

            // A step that waits for its fallback step was reported as failed, so it ends as failed whatever stops the run.
            if (status == StepStatus.Waiting)
            {
                Fail(step, FailureAction.Fail, at);
                continue;
            }

            // A step that waits for another attempt has failed once: the user must see that failure, and not a cancellation.
            if (reason == StepReason.Stop && (status == StepStatus.Retrying || _states[step].TurnAttempt > 0))
            {
                Fail(step, at);
                continue;
            }

            Record(step, StepStatus.Cancelled, reason);
            Settle(step, StepStatus.Cancelled, succeeded: false);
        }

        CancelTimers();
        SettleHeld();
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
}
