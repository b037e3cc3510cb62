using Orchestrator.Workflows.Planning;
using Orchestrator.Workflows.Runs;
using Orchestrator.Workflows.Scheduling;

namespace Orchestrator.Workflows.Tests.Scheduling;

/// <summary>Plays a plan through the scheduler under virtual time and remembers what happened.</summary>
internal sealed class SimulatedRun
{
    public static readonly DateTimeOffset Start = new(2026, 1, 1, 0, 0, 0, TimeSpan.Zero);

    private readonly WorkflowScheduler _scheduler;
    private readonly Func<int, int, SimulatedAttempt> _work;
    private readonly PriorityQueue<SchedulerFact, (DateTimeOffset, int)> _future = new();
    private readonly HashSet<int> _cancelledTimers = [];
    private DateTimeOffset _now = Start;
    private readonly Dictionary<int, DateTimeOffset> _recordedAt = [];
    private int _order;

    /// <param name="work">By step and attempt: how long it takes and how it ends.</param>
    public SimulatedRun(RunPlan plan, Func<int, int, SimulatedAttempt> work)
    {
        _scheduler = new WorkflowScheduler(plan);
        _work = work;
    }

    public WorkflowScheduler Scheduler => _scheduler;

    public List<SimulatedStart> Starts { get; } = [];

    /// <summary>All commands, in order.</summary>
    public List<SchedulerCommand> Commands { get; } = [];

    public List<SchedulerCommand.RecordStatus> Records { get; } = [];

    public List<SchedulerCommand.StartTimer> Timers { get; } = [];

    public SchedulerCommand.CompleteRun? End { get; private set; }

    public int MostExecuting { get; private set; }

    public TimeSpan Makespan => _now - Start;

    /// <summary>When the scheduler recorded the last status of a step.</summary>
    public DateTimeOffset RecordedAt(int step) => _recordedAt[step];

    /// <summary>Tells the scheduler something at a later moment.</summary>
    public SimulatedRun At(int milliseconds, Func<DateTimeOffset, SchedulerFact> fact)
    {
        Plan(fact(Start.AddMilliseconds(milliseconds)));
        return this;
    }

    public SimulatedRun Run()
    {
        Execute(_scheduler.Apply(new SchedulerFact.RunStarted(_now)));
        while (End is null && _future.TryDequeue(out var fact, out _))
        {
            if (fact is SchedulerFact.TimerFired timer && _cancelledTimers.Contains(timer.Timer))
            {
                continue;
            }

            _now = fact.At;
            Execute(_scheduler.Apply(fact));
        }

        return this;
    }

    private void Execute(IReadOnlyList<SchedulerCommand> commands)
    {
        Commands.AddRange(commands);
        foreach (var command in commands)
        {
            switch (command)
            {
                case SchedulerCommand.StartStep start:
                    var attempt = _work(start.Step, start.Attempt);
                    var begin = start.NotBefore ?? _now;
                    Starts.Add(new SimulatedStart(start.Step, start.Attempt, start.ReadyAt, begin, begin + attempt.Duration));
                    Plan(new SchedulerFact.StepEnded(begin + attempt.Duration, start.Step, start.Attempt, attempt.Outcome));
                    break;
                case SchedulerCommand.StartTimer timer:
                    Timers.Add(timer);
                    Plan(new SchedulerFact.TimerFired(timer.DueAt, timer.Timer));
                    break;
                case SchedulerCommand.CancelTimer cancel:
                    _cancelledTimers.Add(cancel.Timer);
                    break;
                case SchedulerCommand.RecordStatus record:
                    Records.Add(record);
                    _recordedAt[record.Step] = _now;
                    break;
                case SchedulerCommand.CompleteRun end:
                    End = end;
                    break;
            }
        }

        MostExecuting = Math.Max(MostExecuting, _scheduler.Executing);
    }

    private void Plan(SchedulerFact fact) => _future.Enqueue(fact, (fact.At, _order++));
}

/// <summary>The duration and the end of one attempt.</summary>
internal sealed record SimulatedAttempt(TimeSpan Duration, StepOutcome Outcome)
{
    public static SimulatedAttempt Success(int milliseconds) =>
        new(TimeSpan.FromMilliseconds(milliseconds), new StepOutcome { Status = StepStatus.Completed });

    public static SimulatedAttempt Failure(int milliseconds, ErrorKind kind = ErrorKind.Internal, int? retryAfterMs = null) =>
        new(TimeSpan.FromMilliseconds(milliseconds), new StepOutcome
        {
            Status = StepStatus.Failed,
            Error = new WorkflowError(kind, "It failed.") { Retryable = WorkflowError.IsTransient(kind), RetryAfterMs = retryAfterMs },
        });
}

internal sealed record SimulatedStart(int Step, int Attempt, DateTimeOffset ReadyAt, DateTimeOffset Begin, DateTimeOffset End);
