using Orchestrator.Workflows.Definitions;
using Orchestrator.Workflows.Runs;

namespace Orchestrator.Workflows.Scheduling;

/// <content>How steps become ready and get their slots.</content>
public sealed partial class WorkflowScheduler
{
    private readonly List<int> _newlyReady = [];
    private readonly Dictionary<int, int> _retrying = [];
    private bool _paceTimer;

    private void MakeReady(int step, DateTimeOffset at)
    {
        ref var state = ref _states[step];
        if (Graph.Steps[step].Never)
        {
            Skip(step, StepReason.Condition);
            return;
        }

        state.Status = StepStatus.Ready;
        state.ReadyAt = at;
        _ready.Add(step);
        _newlyReady.Add(step);
    }

    private void Dispatch(DateTimeOffset at)
    {
        if (IsSuspended)
        {
            // Whatever the queue may hold: that it grows is not the workflow's doing.
            _newlyReady.ForEach(step => Record(step, StepStatus.Ready, null));
            _newlyReady.Clear();
            return;
        }

        if (_ready.Count > 0 && !InFinalPhase && _spending.Exceeded() is { } exceeded)
        {
            _failure ??= exceeded;
            Stop(null, StepReason.Stop, cancelExecuting: false);
            return;
        }

        while (Executing < _slots.Count && _ready.TryTake(_pace.MayStart(at), out var step))
        {
            Operations++;
            Start(step, at);
        }

        if (_ready.HasPaced && !_paceTimer && !_pace.MayStart(at))
        {
            _paceTimer = true;
            AddTimer(TimerUse.Pace, -1, _pace.Next);
        }

        foreach (var step in _newlyReady)
        {
            Operations++;
            if (_states[step].Status == StepStatus.Ready)
            {
                Queue(step);
            }
        }

        _newlyReady.Clear();
    }

    private void Start(int step, DateTimeOffset at)
    {
        ref var state = ref _states[step];
        state.Status = StepStatus.Running;
        state.Attempt++;
        state.TurnAttempt++;
        Executing++;
        var paced = Graph.Steps[step].Paced && state.Adopt is null;
        _commands.Add(new SchedulerCommand.StartStep(step, state.Attempt, state.ReadyAt, paced ? _pace.Take(at) : null)
        {
            Turn = state.Turn,
            TurnAttempt = state.TurnAttempt,
            Deadline = Deadline(step),
            Available = state.Available,
            Adopt = state.Adopt,
        });
    }

    /// <summary>A step found no slot: it is recorded as ready, or fails when the queue is full.</summary>
    private void Queue(int step)
    {
        if (_plan.QueueSize is { } limit && _plan.QueueFull == QueueFullPolicy.Fail && _ready.Count > limit)
        {
            _ready.Forget(step);
            _states[step].Error = new WorkflowError(
                ErrorKind.QueueFull, $"Step '{Graph.Steps[step].Id}' became ready when {limit} others waited for a slot already (queueSize).")
            {
                Step = Graph.Steps[step].Id,
            };
            Fail(step, recorded: false);
            return;
        }

        Record(step, StepStatus.Ready, null);
    }

    /// <summary>When all attempts of the step together must be done; known from its first start of work on.</summary>
    private DateTimeOffset? Deadline(int step) =>
        Graph.Steps[step].StepTimeoutMs is { } limit ? _states[step].FirstStartedAt?.AddMilliseconds(limit) : null;
}
