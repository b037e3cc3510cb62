using Orchestrator.Workflows.Graphs;
using Orchestrator.Workflows.Runs;

namespace Orchestrator.Workflows.Scheduling;

/// <summary>
/// Decides everything about a run: facts in, commands out. Pure and deterministic; linear over a run in steps and edges
/// (a logarithm for the order of starts), whatever the order of the facts. Not thread-safe.
/// </summary>
public sealed class WorkflowScheduler
{
    private readonly RunPlan _plan;
    private readonly StepState[] _states;
    private readonly ReadyQueue _ready;
    private readonly StartPace _pace;
    private readonly Queue<int> _ended = new();
    private readonly List<int> _newlyReady = [];
    private readonly Dictionary<int, int> _timers = [];
    private readonly List<SchedulerCommand> _commands = [];
    private WorkflowError? _failure;
    private int _timersMade;
    private int _paceTimer = -1;
    private int _open;
    private bool _started;
    private bool _closed;
    private bool _cancelled;

    public WorkflowScheduler(RunPlan plan)
        : this(plan, new WorkflowGraph(plan.Steps))
    {
    }

    /// <param name="graph">The compiled graph of <paramref name="plan"/>, when it is at hand already.</param>
    public WorkflowScheduler(RunPlan plan, WorkflowGraph graph)
    {
        _plan = plan;
        Graph = graph;
        _states = new StepState[graph.Count];
        for (var step = 0; step < _states.Length; step++)
        {
            _states[step].WaitingFor = graph.Steps[step].DependsOn.Count;
        }

        _open = graph.Count;
        _ready = new ReadyQueue(graph);
        _pace = new StartPace(TimeSpan.FromMilliseconds(plan.ParallelBatchDelayMs));
    }

    public WorkflowGraph Graph { get; }

    /// <summary>How the run stands; final once <see cref="IsComplete"/>.</summary>
    public RunStatus Status { get; private set; } = RunStatus.Pending;

    public bool IsComplete { get; private set; }

    /// <summary>Steps that execute now.</summary>
    public int Executing { get; private set; }

    /// <summary>Steps that have ended, in whichever way.</summary>
    public int Done => Graph.Count - _open;

    public int Failed { get; private set; }

    /// <summary>Steps that may start and wait for a slot.</summary>
    public int Queued => _ready.Count;

    /// <summary>How many steps, edges and queue entries were touched so far: what the tests of linearity count.</summary>
    internal long Operations { get; private set; }

    public StepStatus StatusOf(int step) => _states[step].Status;

    /// <summary>The number of the step's latest attempt; 0 when it was never started.</summary>
    public int AttemptOf(int step) => _states[step].Attempt;

    /// <summary>Takes one fact and answers with what is to be done.</summary>
    /// <returns>The commands, in order; valid until the next call.</returns>
    /// <exception cref="InvalidOperationException">The fact cannot be: a second start, or the end of an attempt that does not execute.</exception>
    public IReadOnlyList<SchedulerCommand> Apply(SchedulerFact fact)
    {
        ArgumentNullException.ThrowIfNull(fact);
        _commands.Clear();
        if (IsComplete)
        {
            return _commands;
        }

        switch (fact)
        {
            case SchedulerFact.RunStarted:
                Begin(fact.At);
                break;
            case SchedulerFact.StepEnded ended:
                End(ended);
                break;
            case SchedulerFact.TimerFired fired:
                Fire(fired);
                break;
            case SchedulerFact.CancelRequested when !_cancelled:
                _cancelled = true;
                Close(StepReason.Cancel);
                break;
            default:
                break;
        }

        ReleaseDependents(fact.At);
        if (!_closed)
        {
            Dispatch(fact.At);
        }

        CompleteIfDone();
        return _commands;
    }

    private void Begin(DateTimeOffset at)
    {
        if (_started)
        {
            throw new InvalidOperationException("The run was started twice.");
        }

        _started = true;
        Status = RunStatus.Running;
        for (var step = 0; step < _states.Length; step++)
        {
            Operations++;
            if (_states[step].WaitingFor == 0)
            {
                MakeReady(step, at);
            }
        }
    }

    private void End(SchedulerFact.StepEnded fact)
    {
        ref var state = ref _states[fact.Step];
        if (state.Status != StepStatus.Running || state.Attempt != fact.Attempt)
        {
            throw new InvalidOperationException(
                $"Attempt {fact.Attempt} of step '{Graph.Steps[fact.Step].Id}' ended, but the step is {state.Status} at attempt {state.Attempt}.");
        }

        Executing--;
        var error = fact.Outcome.Error;
        if (fact.Outcome.Status == StepStatus.Failed && !_closed && error is not null
            && Graph.Steps[fact.Step].Retry is { } retry && retry.Allows(error, fact.Attempt))
        {
            state.Status = StepStatus.Retrying;
            state.Error = error;
            var delay = retry.DelayAfter(fact.Attempt, error, StableHash.Draw(_plan.RunId, Graph.Steps[fact.Step].Id, fact.Attempt));
            AddTimer(fact.Step, fact.At + delay);
            return;
        }

        state.Error = error;
        Settle(fact.Step, fact.Outcome.Status);
        if (fact.Outcome.Status == StepStatus.Cancelled && !_closed)
        {
            // The wish to cancel reached the step before it reached us.
            _cancelled = true;
            Close(StepReason.Cancel);
        }

        _ended.Enqueue(fact.Step);
    }

    private void Fire(SchedulerFact.TimerFired fact)
    {
        if (!_timers.Remove(fact.Timer, out var step))
        {
            return;
        }

        if (fact.Timer == _paceTimer)
        {
            _paceTimer = -1;
            return;
        }

        MakeReady(step, fact.At);
    }

    private void MakeReady(int step, DateTimeOffset at)
    {
        _states[step].Status = StepStatus.Ready;
        _states[step].ReadyAt = at;
        _ready.Add(step);
        _newlyReady.Add(step);
    }

    private void Settle(int step, StepStatus status)
    {
        _states[step].Status = status;
        _open--;
        if (status == StepStatus.Failed)
        {
            Failed++;
            _failure ??= _states[step].Error;
        }
    }

    private void ReleaseDependents(DateTimeOffset at)
    {
        while (_ended.TryDequeue(out var step))
        {
            var succeeded = _states[step].Status == StepStatus.Completed;
            foreach (var dependent in Graph.DependentsOf(step))
            {
                Operations++;
                ref var state = ref _states[dependent];
                state.WaitingFor--;
                if (state.Status != StepStatus.Pending)
                {
                    continue;
                }

                if (!succeeded)
                {
                    Settle(dependent, StepStatus.Skipped);
                    _ended.Enqueue(dependent);
                    _commands.Add(new SchedulerCommand.RecordStatus(dependent, StepStatus.Skipped, StepReason.Dependency));
                }
                else if (state.WaitingFor == 0)
                {
                    MakeReady(dependent, at);
                }
            }
        }

        if (_failure is not null && !_closed)
        {
            Close(StepReason.Stop);
        }
    }

    /// <summary>Starts nothing from now on: ends every step that does not execute. Once per run, so linear.</summary>
    private void Close(string reason)
    {
        _closed = true;
        _ready.Clear();
        _newlyReady.Clear();
        for (var step = 0; step < _states.Length; step++)
        {
            Operations++;
            ref var state = ref _states[step];
            if (state.Status == StepStatus.Retrying && reason == StepReason.Stop)
            {
                // It did run, and its last attempt failed: that is what the user must see.
                Settle(step, StepStatus.Failed);
                _commands.Add(new SchedulerCommand.RecordStatus(step, StepStatus.Failed, null));
            }
            else if (state.Status is StepStatus.Pending or StepStatus.Ready or StepStatus.Retrying)
            {
                Settle(step, StepStatus.Cancelled);
                _commands.Add(new SchedulerCommand.RecordStatus(step, StepStatus.Cancelled, reason));
            }
        }

        foreach (var timer in _timers.Keys.Order())
        {
            _commands.Add(new SchedulerCommand.CancelTimer(timer));
        }

        _timers.Clear();
    }

    private void Dispatch(DateTimeOffset at)
    {
        while (Executing < _plan.MaxParallelism && _ready.TryTake(_pace.MayStart(at), out var step))
        {
            Operations++;
            ref var state = ref _states[step];
            state.Status = StepStatus.Running;
            state.Attempt++;
            Executing++;
            var notBefore = Graph.Steps[step].Paced ? _pace.Take(at) : null;
            _commands.Add(new SchedulerCommand.StartStep(step, state.Attempt, state.ReadyAt, notBefore));
        }

        if (_ready.HasPaced && _paceTimer < 0 && !_pace.MayStart(at))
        {
            _paceTimer = AddTimer(step: -1, _pace.Next);
        }

        foreach (var step in _newlyReady)
        {
            Operations++;
            if (_states[step].Status == StepStatus.Ready)
            {
                _commands.Add(new SchedulerCommand.RecordStatus(step, StepStatus.Ready, null));
            }
        }

        _newlyReady.Clear();
    }

    private int AddTimer(int step, DateTimeOffset dueAt)
    {
        var timer = _timersMade++;
        _timers.Add(timer, step);
        _commands.Add(new SchedulerCommand.StartTimer(timer, dueAt));
        return timer;
    }

    private void CompleteIfDone()
    {
        if (!_started || _open > 0)
        {
            return;
        }

        IsComplete = true;
        Status = _cancelled ? RunStatus.Cancelled : Failed > 0 ? RunStatus.Failed : RunStatus.Completed;
        _commands.Add(new SchedulerCommand.CompleteRun(Status, Status == RunStatus.Failed ? _failure : null));
    }

    private struct StepState
    {
        public StepStatus Status;
        public int WaitingFor;
        public int Attempt;
        public DateTimeOffset ReadyAt;
        public WorkflowError? Error;
    }
}
