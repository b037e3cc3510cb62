using Orchestrator.Workflows.Definitions;
using Orchestrator.Workflows.Planning;
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
            StopForBudget(exceeded, at);
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

        Queue(at);
    }

    private void Start(int step, DateTimeOffset at)
    {
        ref var state = ref _states[step];
        state.Status = StepStatus.Running;
        state.Attempt++;
        state.TurnAttempt++;
        Executing++;
        _commands.Add(new SchedulerCommand.StartStep(step, state.Attempt, state.ReadyAt, Graph.Steps[step].Paced ? _pace.Take(at) : null)
        {
            Turn = state.Turn,
            TurnAttempt = state.TurnAttempt,
            Deadline = Deadline(step),
            RunDeadline = Graph.Steps[step].IsFinal || _durationTimer is null ? null : new RunDeadline(_durationEnds, at),
            Disregarded = _undecided.Count == 0 ? null : [.. _undecided],
            Available = state.Available,
            Observed = state.Observed,
        });
    }

    /// <summary>
    /// Steps that found no slot are recorded as ready; when they are more than the queue holds, the last that became ready fail. A step that was admitted before is
    /// not failed by that: for another attempt or turn, or as a fallback in the place of its step.
    /// </summary>
    private void Queue(DateTimeOffset at)
    {
        var arrived = _newlyReady.Where(step => _states[step].Status == StepStatus.Ready).ToList();
        _newlyReady.Clear();
        Operations += arrived.Count;
        var tooMany = _plan is { QueueSize: { } limit, QueueFull: QueueFullPolicy.Fail } ? Math.Max(0, _ready.Count - limit) : 0;
        var refused = arrived.AsEnumerable().Reverse().Where(step => _states[step].Attempt == 0 && !Graph.Steps[step].IsFallback).Take(tooMany).ToHashSet();
        foreach (var step in arrived)
        {
            if (refused.Contains(step))
            {
                Refuse(step, at);
            }
            else
            {
                Record(step, StepStatus.Ready, null);
            }
        }
    }

    private void Refuse(int step, DateTimeOffset at)
    {
        ref var state = ref _states[step];
        var node = Graph.Steps[step];
        _ready.Forget(step);
        state.ErrorHasNoRecord = true;
        state.Error = new WorkflowError(
            ErrorKind.QueueFull, $"Step '{node.Id}' became ready when {_plan.QueueSize} others waited for a slot already (queueSize).")
        {
            Step = node.Id,
        };
        Fail(step, StepRules.ActionOf(node, ErrorKind.QueueFull), at);
    }

    /// <summary>When all attempts of the step together must be done; known from its first start of work on.</summary>
    private DateTimeOffset? Deadline(int step) =>
        _states[step].FirstStartedAt is { } startedAt ? StepRules.Deadline(Graph.Steps[step], startedAt) : null;
}
