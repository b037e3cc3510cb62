using Orchestrator.Workflows.Runs;

namespace Orchestrator.Workflows.Scheduling;

/// <content>
/// The open timers and what they are for: the wait before a retry, the gap between paced starts, the time limit of the run. A timer that is not
/// needed any more is cancelled, since a run stays open until its timers have ended.
/// </content>
public sealed partial class WorkflowScheduler
{
    private readonly Dictionary<int, TimerUse> _timers = [];
    private readonly Dictionary<int, int> _retrying = [];
    private int _timersMade;
    private bool _paceTimer;

    private enum TimerUse
    {
        Retry,
        Pace,
        MaxDuration,
    }

    private void Fire(SchedulerFact.TimerFired fact)
    {
        if (!_timers.Remove(fact.Timer, out var use))
        {
            return;
        }

        switch (use)
        {
            case TimerUse.Retry:
                _retrying.Remove(fact.Timer, out var step);
                MakeReady(step, fact.At);
                break;
            case TimerUse.MaxDuration when _verdict is null && !InFinalPhase:
                _failure = new WorkflowError(ErrorKind.Timeout, $"The run was not done within its maxDuration of {_plan.MaxDurationMs} ms.")
                {
                    Details = new() { ["level"] = "run" },
                };
                Stop(RunStatus.TimedOut, StepReason.Timeout, cancelExecuting: true, fact.At);
                break;
            case TimerUse.Pace:
                _paceTimer = false;
                break;
            default:
                break;
        }
    }

    private int AddTimer(TimerUse use, int step, DateTimeOffset dueAt)
    {
        var timer = _timersMade++;
        _timers.Add(timer, use);
        if (use == TimerUse.Retry)
        {
            _retrying.Add(timer, step);
        }

        _commands.Add(new SchedulerCommand.StartTimer(timer, dueAt));
        return timer;
    }

    private void CancelTimers()
    {
        foreach (var timer in _timers.Keys.Order())
        {
            _commands.Add(new SchedulerCommand.CancelTimer(timer));
        }

        _timers.Clear();
        _retrying.Clear();
        _paceTimer = false;
    }
}
