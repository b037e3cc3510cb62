using System.Runtime.ExceptionServices;
using Microsoft.DurableTask;
using Orchestrator.Activities.Checkpoints;
using Orchestrator.Activities.Telemetry;
using Orchestrator.Functions.Telemetry;
using Orchestrator.Workflows.Runs;
using Orchestrator.Workflows.Scheduling;

namespace Orchestrator.Functions.Orchestrations;

/// <summary>
/// Drives the scheduler with an orchestration's calls. Each pending call, when it ends, puts a fact into the inbox and wakes the one loop,
/// which applies facts and executes commands until the run is over. The loop is never entered twice: the end of a step runs no other step's
/// code on its stack, however many steps end at once.
/// </summary>
internal sealed class RunPump
{
    /// <summary>Decisions that travel in one input: about 60 KB.</summary>
    private const int MaxDecisions = 1_000;

    private readonly TaskOrchestrationContext _context;
    private readonly ActivityCalls _calls;
    private readonly RunInput _input;
    private readonly string? _stamp;
    private readonly WorkflowScheduler _scheduler;
    private readonly Queue<SchedulerFact> _inbox = new();
    private readonly Dictionary<int, CancellationTokenSource> _timers = [];
    private readonly List<StepDecision> _decisions = [];
    private readonly List<Task> _records = [];
    private TaskCompletionSource? _wake;
    private SchedulerCommand.CompleteRun? _end;
    private ExceptionDispatchInfo? _fault;
    private (RunStatus Status, int Hundredth) _reported = (RunStatus.Pending, -1);

    public RunPump(TaskOrchestrationContext context, RunInput input, DecodedPlan plan)
    {
        _context = context;
        _calls = new ActivityCalls(context);
        _input = input;
        _stamp = plan.Plan.Stamp;
        _scheduler = new WorkflowScheduler(plan.Plan, plan.Graph);
    }

    private DateTimeOffset Now => new(DateTime.SpecifyKind(_context.CurrentUtcDateTime, DateTimeKind.Utc));

    public async Task<RunResult> RunAsync()
    {
        using var listening = new CancellationTokenSource();
        _ = GuardAsync(ListenForCancelAsync(listening.Token));
        _ = GuardAsync(ListenAsync(FunctionNames.SuspendEvent, at => new SchedulerFact.SuspendRequested(at), listening.Token));
        _ = GuardAsync(ListenAsync(FunctionNames.ContinueEvent, at => new SchedulerFact.ContinueRequested(at), listening.Token));
        Tell(new SchedulerFact.RunStarted(Now));
        while (true)
        {
            while (_inbox.TryDequeue(out var fact))
            {
                Execute(_scheduler.Apply(fact));
            }

            _fault?.Throw();
            if (_end is not null)
            {
                break;
            }

            Report();
            _wake = new TaskCompletionSource();
            await _wake.Task;
            _wake = null;
        }

        // Not CancelAsync: it goes through the thread pool, and a replay would be over before it comes back.
        listening.Cancel();
        return await FinishAsync(_end);
    }

    private void Tell(SchedulerFact fact)
    {
        _inbox.Enqueue(fact);
        _wake?.TrySetResult();
    }

    /// <summary>The calls are not awaited one by one, so a failure around a call is handed to the loop.</summary>
    private async Task GuardAsync(Task call)
    {
        try
        {
            await call;
        }
        catch (Exception exception)
        {
            _fault ??= ExceptionDispatchInfo.Capture(exception);
            _wake?.TrySetResult();
        }
    }

    private void Execute(IReadOnlyList<SchedulerCommand> commands)
    {
        foreach (var record in commands.OfType<SchedulerCommand.RecordStatus>())
        {
            _decisions.Add(new StepDecision(record.Step, record.Status, record.Reason, Now) { Error = record.Error, Attempt = record.Attempt });
        }

        var starts = commands.Count(command => command is SchedulerCommand.StartStep);
        if (starts > 0)
        {
            var (done, total) = (_scheduler.Done, _scheduler.Graph.Count);
            _context.CreateReplaySafeLogger(RunTelemetry.LogCategory).BatchStarts(_input.RunId, starts, _scheduler.Executing, done, total, total - done);
        }

        foreach (var command in commands)
        {
            switch (command)
            {
                case SchedulerCommand.StartStep start:
                    _ = GuardAsync(ExecuteStepAsync(start));
                    break;
                case SchedulerCommand.StartTimer timer:
                    _ = GuardAsync(WaitAsync(timer));
                    break;
                case SchedulerCommand.CancelTimer timer:
                    _timers[timer.Timer].Cancel();
                    break;
                case SchedulerCommand.CancelExecuting cancel:
                    _records.Add(_calls.CallAsync(
                        FunctionNames.CancelSteps, new CancelStepsInput(_input.RunId, _input.RunAttempt, cancel.Reason, cancel.DecidedBy) { Stamp = _stamp }));
                    break;
                case SchedulerCommand.CompleteRun end:
                    _end = end;
                    break;
                default:
                    break;
            }
        }

        // Nothing that was started carries them; the last ones travel with the end of the run.
        while (_decisions.Count > (_end is null ? 0 : MaxDecisions))
        {
            _records.Add(_calls.CallAsync(FunctionNames.RecordFacts, new RecordFactsInput(_input.RunId, _input.RunAttempt, TakeDecisions() ?? []) { Stamp = _stamp }));
        }
    }

    private async Task ExecuteStepAsync(SchedulerCommand.StartStep start)
    {
        var call = new ExecuteStepInput
        {
            RunId = _input.RunId,
            Stamp = _stamp,
            RunAttempt = _input.RunAttempt,
            Step = start.Step,
            StepId = _scheduler.Graph.Steps[start.Step].Id,
            Attempt = start.Attempt,
            ReadyAt = start.ReadyAt,
            AskedAt = Now,
            NotBefore = start.NotBefore,
            Turn = start.Turn,
            TurnAttempt = start.TurnAttempt,
            Deadline = start.Deadline,
            RunDeadline = start.RunDeadline,
            Disregarded = start.Disregarded,
            Available = start.Available,
            Observed = start.Observed,
            Failure = start.Failure,
            Adopt = start.Adopt,
            Decisions = TakeDecisions(),
        };
        StepOutcome outcome;
        var isRecorded = true;
        try
        {
            outcome = await CallStepAsync(call);
        }
        catch (TaskFailedException exception)
        {
            outcome = new StepOutcome { Status = StepStatus.Failed, Error = ActivityFailure.Of(exception.FailureDetails).ErrorOf(call) };
            isRecorded = false;
        }

        Tell(new SchedulerFact.StepEnded(Now, start.Step, start.Attempt, outcome) { IsRecorded = isRecorded });
    }

    /// <summary>
    /// Executes the attempt. When the host ended it, or its call broke, it is called once more to record that, so that every attempt has its record
    /// before the next one starts; an existing record counts.
    /// </summary>
    private async Task<StepOutcome> CallStepAsync(ExecuteStepInput first)
    {
        var call = first;
        StepOutcome outcome;
        try
        {
            outcome = await _calls.CallAsync<StepOutcome>(
                FunctionNames.ExecuteStep, number => call = first with { Call = number }, retriesTimeouts: false);
        }
        catch (TaskFailedException exception)
        {
            var ended = call with { EndedBy = ActivityFailure.Of(exception.FailureDetails).ErrorOf(call) };
            outcome = await _calls.CallAsync<StepOutcome>(
                FunctionNames.ExecuteStep, number => call = ended with { Call = ended.Call + number }, retriesTimeouts: true);
        }

        return UnexpectedOutcomeException.Check(call, outcome);
    }

    private async Task WaitAsync(SchedulerCommand.StartTimer timer)
    {
        using var cancellation = new CancellationTokenSource();
        _timers.Add(timer.Timer, cancellation);
        try
        {
            await _context.CreateTimer(timer.DueAt.UtcDateTime, cancellation.Token);
        }
        catch (OperationCanceledException)
        {
            return;
        }

        _timers.Remove(timer.Timer);
        Tell(new SchedulerFact.TimerFired(Now, timer.Timer));
    }

    private async Task ListenForCancelAsync(CancellationToken cancellationToken)
    {
        if (await HappensAsync(FunctionNames.CancelEvent, cancellationToken))
        {
            Tell(new SchedulerFact.CancelRequested(Now));
        }
    }

    private async Task ListenAsync(string name, Func<DateTimeOffset, SchedulerFact> fact, CancellationToken cancellationToken)
    {
        while (await HappensAsync(name, cancellationToken))
        {
            Tell(fact(Now));
        }
    }

    /// <summary>Waits for the event; false when the wait was cancelled.</summary>
    private async Task<bool> HappensAsync(string name, CancellationToken cancellationToken)
    {
        try
        {
            await _context.WaitForExternalEvent<object?>(name, cancellationToken);
            return true;
        }
        catch (OperationCanceledException)
        {
            return false;
        }
    }

    private async Task<RunResult> FinishAsync(SchedulerCommand.CompleteRun end)
    {
        // Before the end is recorded, everything that came before it must be.
        await Task.WhenAll(_records);
        await _calls.CallAsync(
            FunctionNames.FinishRun,
            new FinishRunInput(_input.RunId, _input.RunAttempt, end.Status, end.Error, Now, TakeDecisions() ?? []) { Stamp = _stamp, Observed = end.Observed });
        Report();
        return new RunResult(_input.RunId, _input.RunAttempt, end.Status, end.Error);
    }

    private List<StepDecision>? TakeDecisions()
    {
        if (_decisions.Count == 0)
        {
            return null;
        }

        var taken = _decisions.GetRange(0, Math.Min(MaxDecisions, _decisions.Count));
        _decisions.RemoveRange(0, taken.Count);
        return taken;
    }

    /// <summary>Shows how the run stands and how far it is, at most once per hundredth of it: a status is a write.</summary>
    private void Report()
    {
        var hundredth = _scheduler.Done * 100 / Math.Max(1, _scheduler.Graph.Count);
        if (_reported != (_scheduler.Status, hundredth))
        {
            _reported = (_scheduler.Status, hundredth);
            _context.SetCustomStatus(new RunProgressStatus(
                _scheduler.Status, _scheduler.Graph.Count, _scheduler.Done, _scheduler.Executing, _scheduler.Queued, _scheduler.Failed));
        }
    }
}
