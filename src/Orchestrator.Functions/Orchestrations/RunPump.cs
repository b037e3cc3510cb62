using System.Runtime.ExceptionServices;
using Microsoft.DurableTask;
using Orchestrator.Activities.Checkpoints;
using Orchestrator.Activities.Telemetry;
using Orchestrator.Functions.Telemetry;
using Orchestrator.Workflows.Runs;
using Orchestrator.Workflows.Scheduling;

namespace Orchestrator.Functions.Orchestrations;

/// <summary>
/// Executes the scheduler's commands as calls of an orchestration. Each pending call, when it ends, puts a fact into the inbox and wakes the one
/// loop, which applies facts and executes commands until the run is over. The loop is not reentrant: the end of a step never runs another step's code
/// on the same stack, so that a cascade of any length cannot overflow it. Deterministic, as orchestrator code must be: it does no I/O. Not
/// thread-safe.
/// </summary>
internal sealed class RunPump
{
    /// <summary>Maximum number of decisions in one activity input, about 60 KB.</summary>
    private const int MaxDecisions = 1_000;

    private readonly TaskOrchestrationContext _context;
    private readonly ActivityCalls _calls;
    private readonly RunInput _input;
    private readonly string? _stamp;
    private readonly WorkflowScheduler _scheduler;
    private readonly CustomStatus _status;
    private readonly Queue<SchedulerFact> _inbox = new();
    private readonly Dictionary<int, CancellationTokenSource> _timers = [];
    private readonly List<StepDecision> _decisions = [];
    private readonly List<Task> _records = [];
    private TaskCompletionSource? _wake;
    private SchedulerCommand.CompleteRun? _end;
    private ExceptionDispatchInfo? _fault;

    /// <param name="plan">What the run executes; it stays the same in every replay.</param>
    public RunPump(TaskOrchestrationContext context, RunInput input, DecodedPlan plan)
    {
        _context = context;
        _calls = new ActivityCalls(context);
        _input = input;
        _stamp = plan.Plan.Stamp;
        _scheduler = new WorkflowScheduler(plan.Plan, plan.Graph);
        _status = new CustomStatus(context, _scheduler);
    }

    private DateTimeOffset Now => new(DateTime.SpecifyKind(_context.CurrentUtcDateTime, DateTimeKind.Utc));

    /// <summary>Executes the run to its end. Called once.</summary>
    /// <exception cref="TaskFailedException">An activity that records decisions failed for good.</exception>
    public async Task<RunResult> RunAsync()
    {
        using var listening = new CancellationTokenSource();
        _ = GuardAsync(ListenAsync(FunctionNames.CancelEvent, at => new SchedulerFact.CancelRequested(at), once: true, listening.Token));
        _ = GuardAsync(ListenAsync(FunctionNames.SuspendEvent, at => new SchedulerFact.SuspendRequested(at), once: false, listening.Token));
        _ = GuardAsync(ListenAsync(FunctionNames.ContinueEvent, at => new SchedulerFact.ContinueRequested(at), once: false, listening.Token));
        AddFact(new SchedulerFact.RunStarted(Now));
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

            _status.Report();
            _wake = new TaskCompletionSource();
            await _wake.Task;
            _wake = null;
        }

#pragma warning disable VSTHRD103 // CancelAsync would continue on the thread pool, where a replay does not wait for it.
        listening.Cancel();
#pragma warning restore VSTHRD103
        return await FinishAsync(_end);
    }

    private void AddFact(SchedulerFact fact)
    {
        _inbox.Enqueue(fact);
        _wake?.TrySetResult();
    }

    /// <summary>Hands the failure of a call to the loop, since the calls are not awaited one by one.</summary>
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
            _context.CreateReplaySafeLogger(RunTelemetry.LogCategory)
                .BatchStarts(_input.RunId, starts, _scheduler.Executing, done, total, total - done);
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
                        FunctionNames.CancelSteps,
                        new CancelStepsInput(_input.RunId, _input.RunAttempt, cancel.Reason, cancel.DecidedBy) { Stamp = _stamp }));
                    break;
                case SchedulerCommand.CompleteRun end:
                    _end = end;
                    break;
                default:
                    break;
            }
        }

        // No started step carries these decisions. The last ones of the run are in the input of FinishRun.
        while (_decisions.Count > (_end is null ? 0 : MaxDecisions))
        {
            _records.Add(_calls.CallAsync(
                FunctionNames.RecordFacts, new RecordFactsInput(_input.RunId, _input.RunAttempt, TakeDecisions() ?? []) { Stamp = _stamp }));
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
            outcome = await _calls.ExecuteStepAsync(call);
        }
        catch (TaskFailedException exception)
        {
            outcome = new StepOutcome { Status = StepStatus.Failed, Error = ActivityFailure.Of(exception.FailureDetails).ErrorOf(call) };
            isRecorded = false;
        }

        AddFact(new SchedulerFact.StepEnded(Now, start.Step, start.Attempt, outcome) { IsRecorded = isRecorded });
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
        AddFact(new SchedulerFact.TimerFired(Now, timer.Timer));
    }

    /// <summary>Adds a fact for the next event of the name, or for each one, until the run is over.</summary>
    private async Task ListenAsync(string name, Func<DateTimeOffset, SchedulerFact> fact, bool once, CancellationToken cancellationToken)
    {
        try
        {
            do
            {
                await _context.WaitForExternalEvent<object?>(name, cancellationToken);
                AddFact(fact(Now));
            }
            while (!once);
        }
        catch (OperationCanceledException)
        {
            // The run is over.
        }
    }

    private async Task<RunResult> FinishAsync(SchedulerCommand.CompleteRun end)
    {
        // Everything before the end must be recorded before the end is.
        await Task.WhenAll(_records);
        await _calls.CallAsync(
            FunctionNames.FinishRun,
            new FinishRunInput(_input.RunId, _input.RunAttempt, end.Status, end.Error, Now, TakeDecisions() ?? [])
            {
                Stamp = _stamp,
                Observed = end.Observed,
            });
        _status.Report();
        return new RunResult(_input.RunId, _input.RunAttempt, end.Status, end.Error);
    }

    /// <summary>The next decisions to record, at most <see cref="MaxDecisions"/>; null for none.</summary>
    private List<StepDecision>? TakeDecisions()
    {
        var taken = _decisions.GetRange(0, Math.Min(MaxDecisions, _decisions.Count));
        _decisions.RemoveRange(0, taken.Count);
        return taken.Count == 0 ? null : taken;
    }
}
