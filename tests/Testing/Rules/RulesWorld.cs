using Orchestrator.Workflows.Definitions;
using Orchestrator.Workflows.Planning;
using Orchestrator.Workflows.Runs;
using Orchestrator.Workflows.Scheduling;

namespace Orchestrator.Testing.Rules;

/// <summary>
/// Everything around a scheduler, under virtual time: it executes steps as the case's answers say, keeps timers, and asks for what the user wants.
/// What is not said by the case is drawn from its seed: whether an attempt that is told to end does so at once, whether a call breaks, which of two
/// facts comes first.
/// </summary>
internal sealed class RulesWorld
{
    private static readonly DateTimeOffset Begin = new(2030, 1, 1, 0, 0, 0, TimeSpan.Zero);

    private readonly RulesPlan _plan;
    private readonly RulesAnswers _answers;
    private readonly Random _random;
    private readonly PriorityQueue<(SchedulerFact Fact, int Number), (DateTimeOffset, int)> _future = new();
    private readonly Dictionary<int, int> _executing = [];
    private readonly HashSet<int> _cancelledTimers = [];
    private readonly string?[] _outputs;
    private readonly DateTimeOffset?[] _firstStarts;
    private int _number;
    private readonly bool _isSuspendedSometimes;
    private bool _isCancelled;

    /// <param name="answers">The answers of the case's steps, without those of earlier attempts of the run.</param>
    public RulesWorld(RulesPlan plan, RulesCase item, RulesAnswers answers)
    {
        _plan = plan;
        _answers = answers;
        _random = new Random(~item.Seed);
        _isSuspendedSometimes = item.Requests.Any(request => request.Kind == RulesRequestKind.Suspend);
        _outputs = new string?[plan.Run.Steps.Count];
        _firstStarts = new DateTimeOffset?[plan.Run.Steps.Count];
        for (var step = 0; step < _outputs.Length; step++)
        {
            _outputs[step] = plan.Run.Steps[step].Reused ? "yes" : null;
        }

        // Requests before the orchestration ran are facts before the start.
        var early = item.Requests is [{ AtMs: 0 }, ..] && _random.Next(3) == 0 ? 1 : 0;
        foreach (var request in item.Requests.Take(early))
        {
            Ask(request.Kind, Begin);
        }

        Tell(new SchedulerFact.RunStarted(Begin));
        foreach (var request in item.Requests.Skip(early))
        {
            Ask(request.Kind, Begin.AddMilliseconds(request.AtMs));
        }
    }

    public DateTimeOffset Now { get; private set; } = Begin;

    /// <summary>Attempts that were started.</summary>
    public int Starts { get; private set; }

    /// <summary>Attempts that are cancelled count until they have ended.</summary>
    public int Executing => _executing.Count;

    /// <summary>The next fact; null when there can be none.</summary>
    public SchedulerFact? Next()
    {
        while (_future.TryDequeue(out var next, out _))
        {
            // A timer that fires at the very moment at which it is cancelled may have been under way already.
            var isStale = next.Fact switch
            {
                SchedulerFact.TimerFired timer => _cancelledTimers.Contains(timer.Timer) && !(next.Fact.At == Now && _random.Next(2) == 0),
                SchedulerFact.StepEnded ended => _executing.GetValueOrDefault(ended.Step, -1) != next.Number,
                _ => false,
            };
            if (!isStale)
            {
                Now = next.Fact.At;
                Happen(next.Fact);
                return next.Fact;
            }
        }

        return null;
    }

    /// <summary>Nothing can happen and the run is suspended: continues it.</summary>
    public void Continue() => Tell(new SchedulerFact.ContinueRequested(Now.AddHours(1)));

    public void Execute(IReadOnlyList<SchedulerCommand> commands)
    {
        foreach (var command in commands)
        {
            switch (command)
            {
                case SchedulerCommand.StartStep start:
                    Starts++;
                    Work(start);
                    break;
                case SchedulerCommand.StartTimer timer:
                    Tell(new SchedulerFact.TimerFired(timer.DueAt > Now ? timer.DueAt : Now, timer.Timer));
                    break;
                case SchedulerCommand.CancelTimer timer:
                    _cancelledTimers.Add(timer.Timer);
                    break;
                case SchedulerCommand.CancelExecuting cancel:
                    CancelExecuting(cancel.Reason);
                    break;
                default:
                    break;
            }
        }
    }

    private int Tell(SchedulerFact fact)
    {
        _future.Enqueue((fact, ++_number), (fact.At, fact.At > Begin && _random.Next(4) == 0 ? -_number : _number));
        return _number;
    }

    private void Ask(RulesRequestKind kind, DateTimeOffset at) => Tell(kind switch
    {
        RulesRequestKind.Suspend => new SchedulerFact.SuspendRequested(at),
        RulesRequestKind.Continue => new SchedulerFact.ContinueRequested(at),
        _ => new SchedulerFact.CancelRequested(at),
    });

    private void Happen(SchedulerFact fact)
    {
        switch (fact)
        {
            case SchedulerFact.StepEnded ended:
                _executing.Remove(ended.Step);
                break;
            case SchedulerFact.CancelRequested when !_isCancelled:
                // The request is in the store before the scheduler receives it.
                _isCancelled = true;
                break;
            default:
                break;
        }
    }

    private void Work(SchedulerCommand.StartStep start)
    {
        var begin = start.NotBefore is { } earliest && earliest > Now ? earliest : Now;
        var (latency, outcome) = _isCancelled && !_plan.Run.Steps[start.Step].IsFinal ? (0, Cancelled(StepReason.Cancel)) : Outcome(start, begin);
        var isBroken = outcome is { Status: StepStatus.Failed, Error.Kind: ErrorKind.Internal } && _random.Next(3) == 0;
        var end = begin.AddMilliseconds(latency);
        outcome = isBroken
            ? new StepOutcome { Status = StepStatus.Failed, Error = outcome.Error }
            : outcome with { StartedAt = begin, CompletedAt = end };
        if (start.RunDeadline is { } limit && end > limit.At && !_isSuspendedSometimes && _random.Next(2) == 0)
        {
            // The attempt observes the run's deadline itself, and its end may be reported before the run's own timer.
            end = limit.At > Now ? limit.At : Now;
            outcome = Cancelled(StepReason.Timeout) with { StartedAt = begin, CompletedAt = end };
        }

        _firstStarts[start.Step] ??= begin;
        if (outcome is { Status: StepStatus.Failed, Error: { } error }
            && StepRules.CancelsRun(_plan.Run, new FailedAttempt(start.Step, start.Attempt, start.TurnAttempt, error, end, start.Deadline)))
        {
            CancelBefore(end, new DecidingStep(start.Step, start.Attempt));
        }

        _executing[start.Step] = Tell(new SchedulerFact.StepEnded(end, start.Step, start.Attempt, outcome));
    }

    private (int LatencyMs, StepOutcome Outcome) Outcome(SchedulerCommand.StartStep start, DateTimeOffset begin)
    {
        var (step, node) = (_plan.Definition.Steps[start.Step], _plan.Run.Steps[start.Step]);
        if (start.Failure is not null)
        {
            _outputs[start.Step] = start.Adopt is { } other ? _outputs[other] : (string?)step.Options.Fallback?.Value;
            return (1, new StepOutcome { Status = StepStatus.Completed });
        }

        if (start.Turn == 1 && !Holds(step.When))
        {
            return (1, new StepOutcome { Status = StepStatus.Skipped, Reason = StepReason.Condition });
        }

        if (step.Type == StepType.Merge)
        {
            _outputs[start.Step] = "{}";
            return (1, new StepOutcome { Status = StepStatus.Completed });
        }

        var answer = _answers.Take(start.Step);
        var (latency, error) = (answer.LatencyMs, answer.Error);
        var (limit, level) = Limit(start.Step, node, begin);
        if (latency > limit)
        {
            (latency, error) = (limit,
                new WorkflowError(ErrorKind.Timeout, "It took too long.") { Retryable = level == "attempt", Details = new() { ["level"] = level } });
        }

        if (error is null)
        {
            _outputs[start.Step] = answer.Output;
            var again = step.Repeat is { } repeat && answer.Output?.Contains("done", StringComparison.Ordinal) != true && start.Turn < repeat.Max;
            return (latency, new StepOutcome { Status = StepStatus.Completed, Usage = answer.Usage, Again = again });
        }

        if (node.Retry?.Allows(error, start.TurnAttempt) != true && _plan.After(start.Step, error.Kind) == FailureActionKind.Value)
        {
            _outputs[start.Step] = (string?)step.Options.Fallback?.Value;
            return (latency, new StepOutcome { Status = StepStatus.Completed, Usage = answer.Usage, Error = error });
        }

        return (latency, new StepOutcome { Status = StepStatus.Failed, Usage = answer.Usage, Error = error });
    }

    private (int LimitMs, string Level) Limit(int step, GraphStep node, DateTimeOffset begin)
    {
        var attempt = _plan.Definition.Steps[step].Options.Timeout ?? _plan.Definition.Options.Timeout ?? WorkflowOptions.DefaultTimeout;
        if (node.StepTimeoutMs is not { } all)
        {
            return (attempt, "attempt");
        }

        var left = (int)Math.Max(0, ((_firstStarts[step] ?? begin).AddMilliseconds(all) - begin).TotalMilliseconds);
        return left < attempt ? (left, "step") : (attempt, "attempt");
    }

    /// <summary>The conditions that the generator writes.</summary>
    private bool Holds(string? condition)
    {
        if (condition?.Split('.') is not ["contains(string(coalesce(steps", var id, ..])
        {
            return true;
        }

        var step = Enumerable.Range(0, _outputs.Length).First(index => _plan.Run.Steps[index].Id == id);
        return _outputs[step]?.Contains("yes", StringComparison.Ordinal) == true;
    }

    private void CancelExecuting(string reason)
    {
        foreach (var step in _executing.Keys.Where(step => !_plan.Run.Steps[step].IsFinal).Order().ToList())
        {
            if (_random.Next(4) > 0)
            {
                var attempt = _future.UnorderedItems.First(item => item.Element.Number == _executing[step]).Element.Fact as SchedulerFact.StepEnded;
                _executing[step] = Tell(new SchedulerFact.StepEnded(
                    Now.AddMilliseconds(_random.Next(3)), step, attempt!.Attempt, Cancelled(reason) with { StartedAt = Now }));
            }
        }
    }

    /// <summary>An attempt that decides the run's end cancels the others before its own outcome is reported.</summary>
    private void CancelBefore(DateTimeOffset end, DecidingStep decider)
    {
        foreach (var step in _executing.Keys.Where(step => !_plan.Run.Steps[step].IsFinal).Order().ToList())
        {
            var ended = (SchedulerFact.StepEnded)_future.UnorderedItems.First(item => item.Element.Number == _executing[step]).Element.Fact;
            if (ended.At >= end && _random.Next(2) == 0)
            {
                _executing[step] = Tell(ended with { At = end, Outcome = Cancelled(StepReason.Stop) with { StartedAt = Now, DecidedBy = decider } });
            }
        }
    }

    private static StepOutcome Cancelled(string reason) => new()
    {
        Status = StepStatus.Cancelled,
        Reason = reason,
        Error = new WorkflowError(ErrorKind.Cancelled, "It was cancelled."),
    };
}
