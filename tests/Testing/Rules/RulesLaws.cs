using Orchestrator.Workflows.Definitions;
using Orchestrator.Workflows.Planning;
using Orchestrator.Workflows.Runs;
using Orchestrator.Workflows.Scheduling;

namespace Orchestrator.Testing.Rules;

/// <summary>
/// What must hold for any run, checked after every fact. It computes its own state from facts and commands, as a reader of the feed does, and takes
/// only the statuses from the scheduler, which it compares with that state.
/// </summary>
internal sealed class RulesLaws(RulesPlan plan, WorkflowScheduler scheduler)
{
    private readonly StepBook[] _books = new StepBook[plan.Run.Steps.Count];
    private int _executing;
    private bool _isClosed;
    private bool _isSuspended;
    private bool _wasCancelled;
    private bool _wasTimedOut;
    private DateTimeOffset _pacedFrom = DateTimeOffset.MinValue;
    private SchedulerCommand.CompleteRun? _end;

    /// <summary>How the run ended.</summary>
    public RunStatus EndedAs => _end!.Status;

    /// <summary>How the steps ended.</summary>
    public IEnumerable<(StepStatus Status, string? Reason)> Endings => _books.Select(book => (book.Was, book.Reason));

    /// <summary>How a step ended.</summary>
    public StepStatus StatusOf(int step) => _books[step].Was;

    public bool HasRetries => _books.Any(book => book.Attempts > 1);

    public bool HasAdoptions => _books.Any(book => book.HasAdopted);

    /// <summary>Whether the step has the output of its fallback.</summary>
    public bool HasAdopted(int step) => _books[step].HasAdopted;

    public void Observe(SchedulerFact fact, IReadOnlyList<SchedulerCommand> commands)
    {
        if (_end is not null && commands.Count > 0)
        {
            throw new RulesException($"The run was over, and then came {commands[0]}.");
        }

        Take(fact);
        foreach (var command in commands)
        {
            Take(command, fact.At);
        }

        _isSuspended = scheduler.Status == RunStatus.Suspended;
        for (var step = 0; step < _books.Length; step++)
        {
            var status = scheduler.StatusOf(step);
            if (IsOver(_books[step].Was) && status != _books[step].Was)
            {
                throw new RulesException($"{Name(step)} had ended as {_books[step].Was} and is {status} now.");
            }

            _books[step].Was = status;
        }
    }

    /// <summary>What must hold at the end.</summary>
    public void Close()
    {
        for (var step = 0; step < _books.Length; step++)
        {
            ref var book = ref _books[step];
            if (!IsOver(book.Was))
            {
                throw new RulesException($"The run is over, and {Name(step)} is {book.Was}.");
            }

            if (book.Was != StepStatus.Reused && book.Told != book.Was)
            {
                throw new RulesException($"{Name(step)} ended as {book.Was}, " +
                    $"and {(book.Told == StepStatus.Pending ? "that was never told" : $"what was told last is {book.Told}")}.");
            }

            if (plan.Run.Steps[step] is { IsFinal: true, IsFallback: false }
                && (book.Was == StepStatus.Cancelled || (book.Was == StepStatus.Skipped && book.Reason != StepReason.Condition)))
            {
                throw new RulesException($"{Name(step)} is final and ended as {book.Was} ({book.Reason}).");
            }

            var timeouts = plan.Run.Steps[step].StepTimeoutMs is null ? Array.Empty<ErrorKind>() : [ErrorKind.Timeout];
            if (book.Was == StepStatus.Failed && !book.WasClosed && plan.Run.OnStepFailure != FailurePolicy.Cancel
                && plan.Run.Steps[step].OnError is { } rule
                && Kinds(book).Concat(timeouts).All(kind => rule.For(kind).Kind == FailureActionKind.Value))
            {
                throw new RulesException($"{Name(step)} has a fallback value and ended as failed.");
            }
        }

        if (IsUndisturbed && Enumerable.Range(0, _books.Length).Where(step => _books[step].Was == StepStatus.Cancelled || HasWastedFallback(step))
            .ToList() is [var wrong, ..])
        {
            throw new RulesException(
                $"{Name(wrong)} ended as {_books[wrong].Was} ({_books[wrong].Reason}), and nothing stopped the run or its fallback.");
        }

        var failed = Enumerable.Range(0, _books.Length).Where(step => _books[step].Was == StepStatus.Failed && !MayContinue(step)).ToList();
        if (EndedAs == RunStatus.Completed && (failed.Count > 0 || _isClosed))
        {
            throw new RulesException($"The run completed, although {(failed.Count > 0 ? $"{Name(failed[0])} failed" : "it was stopped")}.");
        }

        if (EndedAs == RunStatus.Failed && plan.Run.Budget is null && !_books.Any(book => book.Was == StepStatus.Failed))
        {
            throw new RulesException("The run failed, and no step did.");
        }

        if ((EndedAs == RunStatus.Cancelled && !_wasCancelled) || (EndedAs == RunStatus.TimedOut && !_wasTimedOut))
        {
            throw new RulesException($"The run ended as {EndedAs} by itself.");
        }
    }

    private static bool IsOver(StepStatus status) =>
        status is StepStatus.Completed or StepStatus.Reused or StepStatus.Failed or StepStatus.Skipped or StepStatus.Cancelled;

    private string Name(int step) => $"'{plan.Run.Steps[step].Id}'";

    /// <summary>The possible kinds of its last failure: also those for which the scheduler fails a step without an attempt.</summary>
    private static IEnumerable<ErrorKind> Kinds(StepBook book) => book.Error is { } error ? [error] : [ErrorKind.QueueFull, ErrorKind.Timeout];

    /// <summary>A step is skipped as its fallback is, when the fallback failed and its failure is ignored.</summary>
    private bool MayContinue(int step) =>
        plan.Run.Steps[step].OnError is { } rule
        && (Kinds(_books[step]).Append(ErrorKind.Timeout).Append(ErrorKind.QueueFull).Any(kind => rule.For(kind).Kind == FailureActionKind.Continue)
            || rule.ByKind.Values.Append(rule.Default)
                .Any(action => action.Step is { } fallback && scheduler.StatusOf(fallback) == StepStatus.Failed && MayContinue(fallback)));

    private bool HasSucceeded(int step) => _books[step].Was switch
    {
        StepStatus.Completed or StepStatus.Reused => true,
        StepStatus.Failed => MayContinue(step),
        _ => false,
    };

    private void Take(SchedulerFact fact)
    {
        switch (fact)
        {
            case SchedulerFact.StepEnded ended:
                ref var book = ref _books[ended.Step];
                _executing -= book.HoldsSlot ? 1 : 0;
                book.IsExecuting = false;
                book.Error = ended.Outcome.Error?.Kind;
                if (!ended.Outcome.Again && ended.Outcome.Status != StepStatus.Failed)
                {
                    (book.Told, book.Reason) = (ended.Outcome.Status, ended.Outcome.Reason);
                }
                else if (ended.Outcome.Status == StepStatus.Failed)
                {
                    (book.Told, book.Reason, book.WasClosed) = (StepStatus.Failed, null, _isClosed);
                }

                break;
            case SchedulerFact.CancelRequested:
                _wasCancelled = true;
                break;
            case SchedulerFact.TimerFired when plan.Run.MaxDurationMs is not null:
                _wasTimedOut = true;
                break;
            default:
                break;
        }
    }

    private void Take(SchedulerCommand command, DateTimeOffset at)
    {
        switch (command)
        {
            case SchedulerCommand.StartStep start:
                Take(start, at);
                break;
            case SchedulerCommand.RecordStatus { Status: not StepStatus.Ready } record:
                Take(record);
                break;
            case SchedulerCommand.CancelExecuting:
                _isClosed = true;
                break;
            case SchedulerCommand.StartTimer timer when timer.DueAt < at.AddDays(-1):
                throw new RulesException($"A timer is due at {timer.DueAt}, long ago.");
            case SchedulerCommand.CompleteRun end:
                _end = end;
                break;
            default:
                break;
        }
    }

    private void Take(SchedulerCommand.RecordStatus record)
    {
        ref var book = ref _books[record.Step];
        if (!IsOver(record.Status))
        {
            throw new RulesException($"{Name(record.Step)} is recorded as {record.Status}.");
        }

        if (book.IsExecuting)
        {
            throw new RulesException($"{Name(record.Step)} is recorded as {record.Status} while it executes.");
        }

        if (record.Status == StepStatus.Skipped && record.Reason == StepReason.Dependency && !IsDead(record.Step))
        {
            throw new RulesException($"{Name(record.Step)} is skipped, and what it needs may still come.");
        }

        if (record.Status == StepStatus.Failed)
        {
            // The error that the scheduler recorded, which may have another kind than its last attempt's: there was no time for another attempt.
            book.Error = record.Error?.Kind;
        }

        _isClosed |= record.Status == StepStatus.Cancelled;
        (book.Told, book.Reason, book.WasClosed) = (record.Status, record.Reason, _isClosed);
    }

    private void Take(SchedulerCommand.StartStep start, DateTimeOffset at)
    {
        ref var book = ref _books[start.Step];
        var node = plan.Run.Steps[start.Step];
        if (book.IsOver || start.Attempt != ++book.Attempts)
        {
            throw new RulesException(
                $"{Name(start.Step)} is {book.Was}, has had {book.Attempts - 1} attempts, and attempt {start.Attempt} was started.");
        }

        // Recording a substitute for an output is not an execution.
        book.HoldsSlot = start.Failure is null;
        _executing += book.HoldsSlot ? 1 : 0;
        if (_executing > (plan.Run.AdaptiveParallelism ? AdaptiveSlots.Max : plan.Run.MaxParallelism))
        {
            throw new RulesException($"{_executing} steps execute at one time.");
        }

        if (book.HoldsSlot && scheduler.Status == RunStatus.Suspended && _isSuspended)
        {
            throw new RulesException($"{Name(start.Step)} was started in a suspended run.");
        }

        if (book.HoldsSlot && _isClosed && !node.IsFinal)
        {
            throw new RulesException($"{Name(start.Step)} was started, although the run had been stopped.");
        }

        if (node.Never || node.Reused)
        {
            throw new RulesException($"{Name(start.Step)} was started, and must not be.");
        }

        if (start.Adopt is { } other && scheduler.StatusOf(other) is not (StepStatus.Completed or StepStatus.Reused))
        {
            throw new RulesException($"{Name(start.Step)} is to take over the output of {Name(other)}, which is {scheduler.StatusOf(other)}.");
        }

        book.IsExecuting = true;
        book.HasAdopted |= start.Adopt is not null;
        if (start is { Attempt: 1, Failure: null })
        {
            MayBegin(start, node);
        }

        if (node.Paced && book.HoldsSlot)
        {
            var begin = start.NotBefore ?? at;
            if (begin < _pacedFrom)
            {
                throw new RulesException($"{Name(start.Step)} begins at {begin:O}, and may not before {_pacedFrom:O}.");
            }

            _pacedFrom = begin.AddMilliseconds(plan.Run.ParallelBatchDelayMs);
        }
    }

    /// <summary>The statuses are those at this moment: a fact may end one step and start another.</summary>
    private void MayBegin(SchedulerCommand.StartStep start, GraphStep node)
    {
        foreach (var dependency in Enumerable.Range(0, _books.Length))
        {
            _books[dependency].Was = IsOver(_books[dependency].Was) ? _books[dependency].Was : scheduler.StatusOf(dependency);
        }

        var ended = node.DependsOn.Count(dependency => IsOver(_books[dependency].Was));
        var good = node.DependsOn.Where(HasSucceeded).ToList();
        var mayBegin = node switch
        {
            { IsFinal: true } => ended == node.DependsOn.Count
                && Enumerable.Range(0, _books.Length).All(other => plan.Run.Steps[other].IsFinal || IsOver(_books[other].Was)),
            { Join: JoinKind.Any } => good.Count > 0 && start.Available?.Count > 0 && start.Available.All(good.Contains),
            { Join: JoinKind.Settled } => ended == node.DependsOn.Count,
            _ => good.Count == node.DependsOn.Count,
        };
        if (!mayBegin)
        {
            throw new RulesException($"{Name(start.Step)} was started, and its dependencies do not allow it.");
        }

        if (node.IsFallback
            && !Enumerable.Range(0, _books.Length).Any(failing => _books[failing].Told == StepStatus.Failed && StandsInFor(failing, start.Step)))
        {
            throw new RulesException($"{Name(start.Step)} stands in for a step that has not failed, and was started.");
        }
    }

    /// <summary>Whatever the end of a step, the others continue.</summary>
    private bool IsUndisturbed => plan.Run is { OnStepFailure: FailurePolicy.Continue, Budget: null, MaxDurationMs: null } && !_wasCancelled;

    private bool HasWastedFallback(int step) =>
        _books[step] is { Was: StepStatus.Failed, Error: { } error } && plan.Run.Steps[step].OnError?.For(error).Step is { } fallback
            && _books[fallback].Was is StepStatus.Completed or StepStatus.Reused;

    private bool StandsInFor(int failing, int fallback) =>
        plan.Run.Steps[failing].OnError is { } rule && rule.ByKind.Values.Append(rule.Default).Any(action => action.Step == fallback);

    private bool IsDead(int step)
    {
        var node = plan.Run.Steps[step];
        var lost = node.DependsOn.Where(dependency => IsOver(scheduler.StatusOf(dependency))
            && !(scheduler.StatusOf(dependency) is StepStatus.Completed or StepStatus.Reused)).ToList();
        return node.Join == JoinKind.Any ? lost.Count == node.DependsOn.Count : lost.Count > 0;
    }

    private struct StepBook
    {
        /// <summary>The status after the last fact.</summary>
        public StepStatus Was;

        /// <summary>The last reported end.</summary>
        public StepStatus Told;

        public string? Reason;

        public ErrorKind? Error;

        public int Attempts;

        /// <summary>The run was stopped when it failed.</summary>
        public bool WasClosed;

        public bool HasAdopted;

        public bool IsExecuting;

        public bool HoldsSlot;

        public readonly bool IsOver => RulesLaws.IsOver(Was);
    }
}
