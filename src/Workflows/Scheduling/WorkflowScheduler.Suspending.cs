using Orchestrator.Workflows.Runs;

namespace Orchestrator.Workflows.Scheduling;

/// <content>
/// How a run pauses: executing steps go on, nothing starts, and the clock of its time limit stands still. The timer of the limit is cancelled and
/// armed again with what was left, since a durable timer cannot be paused.
/// </content>
public sealed partial class WorkflowScheduler
{
    private int? _durationTimer;
    private DateTimeOffset _durationEnds;
    private TimeSpan _durationLeft;

    private bool IsSuspended => Status == RunStatus.Suspended;

    private void Suspend(DateTimeOffset at)
    {
        if (Status != RunStatus.Running)
        {
            return;
        }

        Status = RunStatus.Suspended;
        if (_durationTimer is { } timer && _timers.Remove(timer))
        {
            _durationLeft = _durationEnds - at;
            _commands.Add(new SchedulerCommand.CancelTimer(timer));
        }
        else
        {
            _durationTimer = null;
        }
    }

    private void Continue(DateTimeOffset at)
    {
        if (!IsSuspended)
        {
            return;
        }

        Status = RunStatus.Running;

        // A run that was stopped meanwhile, or that has only its final steps left, has no time limit any more.
        if (_durationTimer is not null && !IsClosed && !InFinalPhase)
        {
            LimitDuration(at + _durationLeft);
        }
    }

    private void LimitDuration(DateTimeOffset end)
    {
        _durationEnds = end;
        _durationTimer = AddTimer(TimerUse.MaxDuration, -1, end);
    }
}
