using Orchestrator.Workflows.Planning;
using Orchestrator.Workflows.Runs;

namespace Orchestrator.Workflows.Scheduling;

/// <summary>
/// Decides everything about a run: facts in, commands out. Pure and deterministic; linear over a run in steps and edges
/// (a logarithm for the order of starts), whatever the order of the facts. Not thread-safe.
/// </summary>
/// <remarks>
/// <see cref="Apply"/> takes a fact, lets what ended release or skip its dependents, gives free slots away, and sees whether the run is over.
/// How steps start is in WorkflowScheduler.Starting.cs, what their end leads to in WorkflowScheduler.Ending.cs, what takes the place of a failed one in
/// WorkflowScheduler.Fallbacks.cs, how a run ends early in WorkflowScheduler.Stopping.cs, how it rests in WorkflowScheduler.Suspending.cs. What the rules
/// are is in <see cref="StepRules"/>.
/// </remarks>
public sealed partial class WorkflowScheduler
{
    private readonly RunPlan _plan;
    private readonly StepState[] _states;
    private readonly ReadyQueue _ready;
    private readonly StartPace _pace;
    private readonly AdaptiveSlots _slots;
    private readonly RunSpending _spending;
    private readonly Queue<int> _ended = new();
    private readonly Queue<SchedulerFact> _early = new();
    private readonly Dictionary<int, TimerUse> _timers = [];
    private readonly List<SchedulerCommand> _commands = [];
    private RunStatus? _verdict;
    private WorkflowError? _failure;
    private int _timersMade;
    private int _open;
    private int _openFinal;
    private bool _started;

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
            _states[step].Turn = 1;
            _openFinal += graph.Steps[step].IsFinal ? 1 : 0;
            foreach (var fallback in StepRules.Fallbacks(graph.Steps[step]))
            {
                _states[fallback].MayBeCalledBy++;
            }
        }

        _open = graph.Count - _openFinal;
        _ready = new ReadyQueue(graph);
        _pace = new StartPace(TimeSpan.FromMilliseconds(plan.ParallelBatchDelayMs));
        _slots = new AdaptiveSlots(plan.MaxParallelism, plan.AdaptiveParallelism);
        _spending = new RunSpending(plan.Budget);
        _spending.Add(plan.Spent);
    }

    private enum TimerUse
    {
        Retry,
        Pace,
        MaxDuration,
    }

    public WorkflowGraph Graph { get; }

    /// <summary>How the run stands; final once <see cref="IsComplete"/>.</summary>
    public RunStatus Status { get; private set; } = RunStatus.Pending;

    public bool IsComplete { get; private set; }

    /// <summary>Steps that execute now.</summary>
    public int Executing { get; private set; }

    /// <summary>Steps that have ended, in whichever way.</summary>
    public int Done => Graph.Count - _open - _openFinal;

    /// <summary>Steps that failed, those that the run does not mind included.</summary>
    public int Failed { get; private set; }

    /// <summary>Steps that may start and wait for a slot.</summary>
    public int Queued => _ready.Count;

    /// <summary>How many steps, edges and queue entries were touched so far: what the tests of linearity count.</summary>
    internal long Operations { get; private set; }

    /// <summary>Nothing new starts, except final steps once all others have ended.</summary>
    private bool IsClosed { get; set; }

    /// <summary>All but the final steps have ended.</summary>
    private bool InFinalPhase { get; set; }

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

        if (!_started && fact is not SchedulerFact.RunStarted)
        {
            // It was asked for before the orchestration ran, and counts from its start.
            _early.Enqueue(fact);
            return _commands;
        }

        Take(fact);
        while (_early.TryDequeue(out var early))
        {
            Take(early with { At = fact.At });
        }

        do
        {
            ReleaseDependents(fact.At);
            RestartUndecided(fact);
            if (_open == 0 && !InFinalPhase)
            {
                EnterFinalPhase(fact.At);
            }

            if (!IsClosed)
            {
                Dispatch(fact.At);
            }

            if (IsStuck)
            {
                EndStuck(fact.At);
            }
        }
        while (_ended.Count > 0 || _newlyReady.Count > 0);

        CompleteIfDone();
        return _commands;
    }

    private void Take(SchedulerFact fact)
    {
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
            case SchedulerFact.SuspendRequested:
                Suspend(fact.At);
                break;
            case SchedulerFact.ContinueRequested:
                Continue(fact.At);
                break;
            case SchedulerFact.CancelRequested when _verdict is null && !InFinalPhase:
                Continue(fact.At);
                Stop(RunStatus.Cancelled, StepReason.Cancel, cancelExecuting: true, fact.At);
                break;
            default:
                break;
        }
    }

    private void Begin(DateTimeOffset at)
    {
        if (_started)
        {
            throw new InvalidOperationException("The run was started twice.");
        }

        _started = true;
        Status = RunStatus.Running;
        if (_plan.MaxDurationMs is { } limit)
        {
            LimitDuration(at.AddMilliseconds(limit));
        }

        // All of them before the first dependent is released: what is reused waits for nothing.
        for (var step = 0; step < _states.Length; step++)
        {
            Operations++;
            if (Graph.Steps[step].Reused)
            {
                Settle(step, StepStatus.Reused, succeeded: true);
            }
        }

        for (var step = 0; step < _states.Length; step++)
        {
            Operations++;
            Consider(step, at);
        }
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

    /// <summary>All other steps have ended: the final ones run, however that was. Once per run, so linear.</summary>
    private void EnterFinalPhase(DateTimeOffset at)
    {
        InFinalPhase = true;
        IsClosed = false;
        CancelTimers();
        for (var step = 0; step < _states.Length; step++)
        {
            Operations++;
            Consider(step, at);
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
