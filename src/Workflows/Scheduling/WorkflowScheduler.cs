using Orchestrator.Workflows.Planning;
using Orchestrator.Workflows.Runs;

namespace Orchestrator.Workflows.Scheduling;

/// <summary>
/// The state machine of a run: facts in, commands out. It decides which step starts, is skipped, cancelled or tried again, and how the run ends.
/// Pure and deterministic; over a whole run linear in steps and edges, times a logarithm for the order of starts, whatever the order of the facts.
/// Not thread-safe.
/// </summary>
/// <remarks>
/// This file takes facts and drives the other parts, one concern each:
/// <list type="bullet">
/// <item><description>Joins: which steps the end of a step releases or skips.</description></item>
/// <item><description>Starting: which ready steps get the free slots, and which the queue refuses.</description></item>
/// <item><description>Ending: what the end of an attempt leads to.</description></item>
/// <item><description>Fallbacks: what replaces the output of a failed step.</description></item>
/// <item><description>Cancellations: attempts that were cancelled before the scheduler received the reason.</description></item>
/// <item><description>Stopping: how a run ends before all its steps have ended.</description></item>
/// <item><description>Suspending: how a run and its time limit pause.</description></item>
/// <item><description>Finishing: final steps, and the status of the run.</description></item>
/// <item><description>Timers: which timers are open, and what they are for.</description></item>
/// </list>
/// The rules over a single step (joins, retries, fallbacks) are in <see cref="StepRules"/>, which the activities use, too.
/// </remarks>
public sealed partial class WorkflowScheduler
{
    private readonly RunPlan _plan;
    private readonly StepState[] _states;
    private readonly ReadyQueue _ready;
    private readonly StartPace _pace;
    private readonly AdaptiveSlots _slots;
    private readonly RunSpending _spending;
    private readonly Queue<SchedulerFact> _early = new();
    private readonly List<SchedulerCommand> _commands = [];
    private RunStatus? _verdict;
    private WorkflowError? _failure;
    private int _open;
    private int _openFinal;
    private bool _started;

    /// <param name="plan">The steps and limits of the run; not null.</param>
    /// <exception cref="ArgumentException">A dependency is out of range, or the steps form a cycle.</exception>
    public WorkflowScheduler(RunPlan plan)
        : this(plan, new WorkflowGraph(plan.Steps))
    {
    }

    /// <param name="plan">The steps and limits of the run; not null.</param>
    /// <param name="graph">The compiled graph of the steps of <paramref name="plan"/>.</param>
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
                _states[fallback].PossibleCallers++;
            }
        }

        _open = graph.Count - _openFinal;
        _ready = new ReadyQueue(graph);
        _pace = new StartPace(TimeSpan.FromMilliseconds(plan.ParallelBatchDelayMs));
        _slots = new AdaptiveSlots(plan.MaxParallelism, plan.AdaptiveParallelism);
        _spending = new RunSpending(plan.Budget);
        _spending.Add(plan.Spent);
    }

    /// <summary>The graph of the run's steps.</summary>
    public WorkflowGraph Graph { get; }

    /// <summary>The status of the run; final once <see cref="IsComplete"/>.</summary>
    public RunStatus Status { get; private set; } = RunStatus.Pending;

    /// <summary>Whether <see cref="SchedulerCommand.CompleteRun"/> was issued; later facts are ignored.</summary>
    public bool IsComplete { get; private set; }

    /// <summary>The number of steps that execute now.</summary>
    public int Executing { get; private set; }

    /// <summary>The number of steps that have ended with any status.</summary>
    public int Done => Graph.Count - _open - _openFinal;

    /// <summary>The number of failed steps, including those after which the run goes on.</summary>
    public int Failed { get; private set; }

    /// <summary>The number of ready steps that wait for a slot.</summary>
    public int Queued => _ready.Count;

    /// <summary>How many steps, edges and queue entries were processed so far: the measure of the tests of linearity.</summary>
    internal long Operations { get; private set; }

    /// <summary>Whether nothing new starts, except final steps once all others have ended.</summary>
    private bool IsClosed { get; set; }

    /// <summary>Whether all but the final steps have ended.</summary>
    private bool InFinalPhase { get; set; }

    /// <param name="step">Position in the plan.</param>
    /// <exception cref="IndexOutOfRangeException">There is no such step.</exception>
    public StepStatus StatusOf(int step) => _states[step].Status;

    /// <summary>The number of the step's latest attempt; 0 before the first.</summary>
    /// <param name="step">Position in the plan.</param>
    /// <exception cref="IndexOutOfRangeException">There is no such step.</exception>
    public int AttemptOf(int step) => _states[step].Attempt;

    /// <summary>Applies one fact.</summary>
    /// <returns>The commands to execute, in order; valid until the next call.</returns>
    /// <exception cref="InvalidOperationException">
    /// The fact is impossible: a second start, or the end of an attempt that does not execute.
    /// </exception>
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
            // A request that arrived before the orchestration ran takes effect at its start.
            _early.Enqueue(fact);
            return _commands;
        }

        Handle(fact);
        while (_early.TryDequeue(out var early))
        {
            Handle(early with { At = fact.At });
        }

        do
        {
            ReleaseDependents(fact.At);
            RestartDisregarded(fact);
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

    private void Handle(SchedulerFact fact)
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

        // Settle all reused steps before the first dependent is released: a reused step does not wait for its dependencies.
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
            EvaluateJoin(step, at);
        }
    }
}
