using Orchestrator.Workflows.Definitions;
using Orchestrator.Workflows.Planning;
using Orchestrator.Workflows.Runs;

namespace Orchestrator.Workflows.Scheduling;

/// <content>
/// Which ready steps start: those with the longest remaining path, as long as slots, pace and budget allow, since that keeps the run short. The
/// others wait; if they are more than the queue holds, those that became ready last fail.
/// </content>
public sealed partial class WorkflowScheduler
{
    private readonly List<int> _newlyReady = [];

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
            // No step is refused while the run is suspended: the queue grows only because nothing may start.
            _newlyReady.ForEach(step => Record(step, StepStatus.Ready, null));
            _newlyReady.Clear();
            return;
        }

        if (_ready.Count > 0 && !InFinalPhase && _spending.Exceeded() is { } exceeded)
        {
            StopForBudget(exceeded, at);
            return;
        }

        while (Executing < _slots.Count && _ready.TryDequeue(_pace.MayStart(at), out var step))
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
        _commands.Add(new SchedulerCommand.StartStep(step, state.Attempt, state.ReadyAt, Graph.Steps[step].Paced ? _pace.Reserve(at) : null)
        {
            Turn = state.Turn,
            TurnAttempt = state.TurnAttempt,
            Deadline = Deadline(step),
            RunDeadline = Graph.Steps[step].IsFinal || _durationTimer is null ? null : new RunDeadline(_durationEnds, at),
            Disregarded = _disregarded.Count == 0 ? null : [.. _disregarded],
            Available = state.Available,
            Observed = state.Observed,
        });
    }

    /// <summary>
    /// Records the steps that found no slot as ready, and fails the last ones if the queue is too long. A step that was admitted before is never
    /// refused: not for another attempt or turn, and not as a fallback step, whose caller was admitted.
    /// </summary>
    private void Queue(DateTimeOffset at)
    {
        var arrived = _newlyReady.Where(step => _states[step].Status == StepStatus.Ready).ToList();
        _newlyReady.Clear();
        Operations += arrived.Count;
        var tooMany = _plan is { QueueSize: { } limit, QueueFull: QueueFullPolicy.Fail } ? Math.Max(0, _ready.Count - limit) : 0;
        var refused = arrived.AsEnumerable().Reverse()
            .Where(step => _states[step].Attempt == 0 && !Graph.Steps[step].IsFallback)
            .Take(tooMany).ToHashSet();
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
        var id = Graph.Steps[step].Id;
        _ready.Remove(step);
        state.ErrorHasNoRecord = true;
        state.Error = new WorkflowError(
            ErrorKind.QueueFull, $"The queue is full (queueSize = {_plan.QueueSize}), so step '{id}' was not started.")
        { Step = id };
        Fail(step, at);
    }

    /// <summary>
    /// When all attempts of the step together must be done; null before work on the first one began, and for a step without a limit.
    /// </summary>
    private DateTimeOffset? Deadline(int step) =>
        _states[step].FirstStartedAt is { } startedAt ? StepRules.Deadline(Graph.Steps[step], startedAt) : null;
}

/// <summary>Keeps a minimum gap between the starts of paced steps. Not thread-safe.</summary>
internal sealed class StartPace(TimeSpan gap)
{
    /// <summary>
    /// A wait up to this long is left to the activity, which saves a timer; a longer one becomes a timer, so that it holds no slot.
    /// </summary>
    private static readonly TimeSpan LongestHeldWait = TimeSpan.FromSeconds(5);

    private DateTimeOffset _next = DateTimeOffset.MinValue;

    /// <summary>When the next paced step may begin.</summary>
    public DateTimeOffset Next => _next;

    public bool MayStart(DateTimeOffset now) => _next - now <= LongestHeldWait;

    /// <summary>Reserves the next start.</summary>
    /// <returns>When work may begin; null for at once.</returns>
    public DateTimeOffset? Reserve(DateTimeOffset now)
    {
        var start = _next > now ? _next : now;
        _next = start + gap;
        return start > now ? start : null;
    }
}
