using System.Diagnostics;
using System.Security.Cryptography;
using System.Text;
using Orchestrator.Activities.Checkpoints;
using Orchestrator.Activities.Runs;
using Orchestrator.Workflows.Planning;
using Orchestrator.Workflows.Runs;
using Orchestrator.Workflows.Serialization;

namespace Orchestrator.Activities.Telemetry;

/// <summary>
/// Creates the spans of runs, steps and attempts. The span of a run or step is created when it has ended, because the process may change before that;
/// the span of an attempt is open while it executes. Without a listener none is created. Thread-safe.
/// </summary>
internal sealed class RunSpans(ActivitySource source, SpanIds ids)
{
    /// <summary>Whether anything listens to spans.</summary>
    public bool HasListeners => source.HasListeners();

    /// <summary>Starts the span of an attempt, which is the current one until it is disposed; null when nothing listens.</summary>
    public Activity? StartAttempt(PreparedRun run, ExecuteStepInput call, DateTimeOffset startedAt)
    {
        if (!HasListeners)
        {
            return null;
        }

        // The host's own span of this call is in another trace, so it is linked.
        var host = Activity.Current?.Context;
        var span = source.StartActivity(
            $"{TelemetryNames.Attempt} {call.Attempt}", ActivityKind.Internal, new RunTrace(call.Run, call.RunAttempt).Step(call.StepId),
            links: host is { } context ? [new ActivityLink(context)] : null, startTime: startedAt);
        SetStepTags(span, run, call);

        // False until this execution has written the record: another execution of the attempt may write it instead.
        return span?.SetTag(TelemetryNames.StepAttempt, call.Attempt)
            .SetTag(TelemetryNames.StepTurn, call.Turn > 1 ? call.Turn : null)
            .SetTag(TelemetryNames.QueueSeconds, Seconds(call.ReadyAt, startedAt))
            .SetTag(TelemetryNames.Recorded, false);
    }

    /// <summary>Completes the span of an attempt whose execution wrote the record.</summary>
    public static void EndAttempt(Activity? span, StepCheckpoint record)
    {
        if (span is null)
        {
            return;
        }

        span.SetTag(TelemetryNames.Recorded, true);
        SetOutcomeTags(span, record);
        span.SetEndTime(EndTime(record.StartedAt, record.CompletedAt));
    }

    /// <summary>Creates the span of a step when its last attempt has been recorded.</summary>
    /// <param name="readyAt">When the first attempt was ready.</param>
    public void WriteStep(PreparedRun run, ExecuteStepInput call, StepCheckpoint record, DateTimeOffset readyAt)
    {
        var trace = new RunTrace(call.Run, call.RunAttempt);
        Write(
            $"{TelemetryNames.Step} {call.StepId}", trace.Run, trace.StepSpan(call.StepId), readyAt, record.CompletedAt, [],
            span =>
            {
                SetStepTags(span, run, call);
                span.SetTag(TelemetryNames.Retries, call.Attempt - call.Turn).SetTag(TelemetryNames.StepTurn, call.Turn > 1 ? call.Turn : null);
                SetOutcomeTags(span, record);
            });
    }

    /// <summary>Creates the span of an attempt of a run that has ended.</summary>
    /// <param name="within">Executed inside the span, so that a log entry has its ids.</param>
    public void WriteRun(RunRecord record, Action within)
    {
        var (attempt, trace) = (record.Attempts[^1], new RunTrace(record.Identity, record.Attempt));
        ActivityLink[] links = record.Attempt == 1 ? [] : [new ActivityLink(new RunTrace(record.Identity, record.Attempt - 1).Run)];
        var completedAt = attempt.CompletedAt ?? record.CreatedAt;
        Write(
            $"{TelemetryNames.InvokeWorkflow} {record.Workflow}", trace.Root, trace.RunSpan, attempt.StartedAt ?? completedAt, completedAt, links,
            span =>
            {
                span.SetTag(TelemetryNames.Operation, TelemetryNames.InvokeWorkflow)
                    .SetTag(TelemetryNames.AgentName, record.Workflow)
                    .SetTag(TelemetryNames.RunId, record.RunId)
                    .SetTag(TelemetryNames.RunAttempt, record.Attempt)
                    .SetTag(TelemetryNames.Status, EnumNames.Of(record.Status));
                SetError(span, record.Status is RunStatus.Failed or RunStatus.TimedOut, record.Error);
            },
            within);
    }

    /// <summary>
    /// Executes an action with the ids of a run's span, before that span is created (at the run's end), so that a log entry has its ids.
    /// </summary>
    public void WithinRun(RunRecord record, Action action)
    {
        var (current, trace) = (Activity.Current, new RunTrace(record.Identity, record.Attempt));
        try
        {
            // An activity without a source is not exported.
            using var placeholder = new Activity(TelemetryNames.InvokeWorkflow)
                .SetParentId(trace.Root.TraceId, trace.Root.SpanId, trace.Root.TraceFlags).Start();
            ids.Set(placeholder, trace.RunSpan);
            action();
        }
        finally
        {
            Activity.Current = current;
        }
    }

    /// <summary>Creates and ends a span with a given id.</summary>
    private void Write(
        string name,
        ActivityContext parent,
        ActivitySpanId id,
        DateTimeOffset start,
        DateTimeOffset end,
        ActivityLink[] links,
        Action<Activity> describe,
        Action? within = null)
    {
        var current = Activity.Current;
        try
        {
            // Otherwise the current span would become the parent where none is given.
            Activity.Current = null;
            using var span = source.StartActivity(name, ActivityKind.Internal, parent, links: links, startTime: start);
            if (span is not null)
            {
                ids.Set(span, id);
                describe(span);
                span.SetEndTime(EndTime(start, end));
            }

            within?.Invoke();
        }
        finally
        {
            Activity.Current = current;
        }
    }

    private static void SetStepTags(Activity? span, PreparedRun run, ExecuteStepInput call) => span?
        .SetTag(TelemetryNames.RunId, call.RunId)
        .SetTag(TelemetryNames.RunAttempt, call.RunAttempt)
        .SetTag(TelemetryNames.StepId, call.StepId)
        .SetTag(TelemetryNames.StepType, EnumNames.Of(run.Steps[call.Step].Type));

    private static void SetOutcomeTags(Activity span, StepCheckpoint record)
    {
        span.SetTag(TelemetryNames.Status, EnumNames.Of(record.Status))
            .SetTag(TelemetryNames.Reason, record.Reason)
            .SetTag(TelemetryNames.FromCache, record.FromCache ? true : null)
            .SetTag(TelemetryNames.FallbackUsed, record.FallbackUsed ? true : null)
            .SetTag(TelemetryNames.CostDollars, (double?)record.Usage.EstimatedCost);
        SetError(span, record.Status == StepStatus.Failed, record.Error);
    }

    /// <summary>Sets the kind of an error, but not its message, which may quote prompts and answers.</summary>
    private static void SetError(Activity span, bool isFailure, WorkflowError? error)
    {
        if (isFailure)
        {
            span.SetTag(TelemetryNames.ErrorType, error is null ? "_OTHER" : EnumNames.Of(error.Kind)).SetStatus(ActivityStatusCode.Error);
        }
    }

    /// <summary>Never before the start: the two times may be from different clocks.</summary>
    private static DateTime EndTime(DateTimeOffset start, DateTimeOffset end) => (end > start ? end : start).UtcDateTime;

    private static double Seconds(DateTimeOffset from, DateTimeOffset to) => Math.Max(0, (to - from).TotalSeconds);
}

/// <summary>
/// The trace of one attempt of a run. Its ids are derived from the run's, so that every process that works on the run, also after a restart, uses the
/// same trace without storing it (docs/decisions/0025). Immutable.
/// </summary>
internal readonly struct RunTrace(RunIdentity run, int runAttempt)
{
    private const int TraceIdLength = 16;
    private const int SpanIdLength = 8;

    /// <summary>The context in which the run's span is created: the trace, and no parent.</summary>
    public ActivityContext Root => Context(default);

    /// <summary>The run's span as the parent of the steps' spans.</summary>
    public ActivityContext Run => Context(RunSpan);

    public ActivitySpanId RunSpan => ActivitySpanId.CreateFromBytes(Hash("").AsSpan(TraceIdLength, SpanIdLength));

    /// <summary>A step's span as the parent of its attempts' spans.</summary>
    public ActivityContext Step(string stepId) => Context(StepSpan(stepId));

    public ActivitySpanId StepSpan(string stepId) => ActivitySpanId.CreateFromBytes(Hash("\n" + stepId).AsSpan(0, SpanIdLength));

    /// <summary>Marked as recorded: a sampler that goes by the trace id decides alike for all spans of the trace.</summary>
    private ActivityContext Context(ActivitySpanId span) =>
        new(ActivityTraceId.CreateFromBytes(Hash("").AsSpan(0, TraceIdLength)), span, ActivityTraceFlags.Recorded, isRemote: true);

    private byte[] Hash(string place) => SHA256.HashData(Encoding.UTF8.GetBytes($"{run.RunId}\n{run.Stamp}\n{runAttempt}{place}"));
}
