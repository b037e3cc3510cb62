using System.Diagnostics;
using Orchestrator.Activities.Checkpoints;
using Orchestrator.Activities.Runs;
using Orchestrator.Workflows.Planning;
using Orchestrator.Workflows.Runs;

namespace Orchestrator.Activities.Telemetry;

/// <summary>
/// The spans of runs, steps and attempts. Those of a run and of a step are written when it has ended, since its process may change before; that of an
/// attempt spans its work. Without a listener nothing is made. Thread-safe.
/// </summary>
internal sealed class RunSpans(ActivitySource source, SpanIds ids)
{
    /// <summary>Whether spans are asked for.</summary>
    public bool AreWanted => source.HasListeners();

    /// <summary>Begins the span of an attempt, which is the current one until it is disposed of. Null: no listener wants it.</summary>
    public Activity? StartAttempt(PreparedRun run, ExecuteStepInput call, DateTimeOffset startedAt)
    {
        if (!AreWanted)
        {
            return null;
        }

        // What the host traces of this call stands in a trace of the host's.
        var host = Activity.Current?.Context;
        var span = source.StartActivity(
            $"{TelemetryNames.Attempt} {call.Attempt}", ActivityKind.Internal, new RunTrace(call.Run, call.RunAttempt).Step(call.StepId),
            links: host is { } context ? [new ActivityLink(context)] : null, startTime: startedAt);
        AboutStep(span, run, call);

        // Until the record says otherwise: an execution may end without one, and another one makes it.
        return span?.SetTag(TelemetryNames.StepAttempt, call.Attempt)
            .SetTag(TelemetryNames.StepTurn, call.Turn > 1 ? call.Turn : null)
            .SetTag(TelemetryNames.QueueSeconds, Seconds(call.ReadyAt, startedAt))
            .SetTag(TelemetryNames.Recorded, false);
    }

    /// <summary>Completes the span of an attempt whose execution made the record.</summary>
    public static void EndAttempt(Activity? span, StepCheckpoint record)
    {
        if (span is null)
        {
            return;
        }

        span.SetTag(TelemetryNames.Recorded, true);
        AboutEnd(span, record);
        span.SetEndTime(End(record.StartedAt, record.CompletedAt));
    }

    /// <summary>Writes the span of a step whose last attempt has its record.</summary>
    /// <param name="readyAt">When the first attempt was ready.</param>
    public void WriteStep(PreparedRun run, ExecuteStepInput call, StepCheckpoint record, DateTimeOffset readyAt)
    {
        var trace = new RunTrace(call.Run, call.RunAttempt);
        Write(
            $"{TelemetryNames.Step} {call.StepId}", trace.Run, trace.StepSpan(call.StepId), readyAt, record.CompletedAt, [],
            span =>
            {
                AboutStep(span, run, call);
                span.SetTag(TelemetryNames.Retries, call.Attempt - call.Turn).SetTag(TelemetryNames.StepTurn, call.Turn > 1 ? call.Turn : null);
                AboutEnd(span, record);
            });
    }

    /// <summary>Writes the span of an attempt of a run that has ended.</summary>
    /// <param name="within">Done inside the span, so that a line of the log has its ids.</param>
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
                    .SetTag(TelemetryNames.Status, TelemetryWords.Of(record.Status));
                Failed(span, record.Status is RunStatus.Failed or RunStatus.TimedOut, record.Error);
            },
            within);
    }

    /// <summary>Does something at the place of a run's span, which is written when the run has ended, so that a line of the log has its ids.</summary>
    public void WithinRun(RunRecord record, Action action)
    {
        var (current, trace) = (Activity.Current, new RunTrace(record.Identity, record.Attempt));
        try
        {
            // Of no source, so it is exported nowhere.
            using var place = new Activity(TelemetryNames.InvokeWorkflow).SetParentId(trace.Root.TraceId, trace.Root.SpanId, trace.Root.TraceFlags).Start();
            ids.Give(place, trace.RunSpan);
            action();
        }
        finally
        {
            Activity.Current = current;
        }
    }

    /// <summary>Writes a span with an id that was known before.</summary>
    private void Write(
        string name, ActivityContext parent, ActivitySpanId id, DateTimeOffset start, DateTimeOffset end, ActivityLink[] links, Action<Activity> describe,
        Action? within = null)
    {
        var current = Activity.Current;
        try
        {
            // Else the current one would be the parent of a span that has none.
            Activity.Current = null;
            using var span = source.StartActivity(name, ActivityKind.Internal, parent, links: links, startTime: start);
            if (span is not null)
            {
                ids.Give(span, id);
                describe(span);
                span.SetEndTime(End(start, end));
            }

            within?.Invoke();
        }
        finally
        {
            Activity.Current = current;
        }
    }

    private static void AboutStep(Activity? span, PreparedRun run, ExecuteStepInput call) => span?
        .SetTag(TelemetryNames.RunId, call.RunId)
        .SetTag(TelemetryNames.RunAttempt, call.RunAttempt)
        .SetTag(TelemetryNames.StepId, call.StepId)
        .SetTag(TelemetryNames.StepType, TelemetryWords.Of(run.Steps[call.Step].Type));

    private static void AboutEnd(Activity span, StepCheckpoint record)
    {
        span.SetTag(TelemetryNames.Status, TelemetryWords.Of(record.Status))
            .SetTag(TelemetryNames.Reason, record.Reason)
            .SetTag(TelemetryNames.FromCache, record.FromCache ? true : null)
            .SetTag(TelemetryNames.FallbackUsed, record.FallbackUsed ? true : null)
            .SetTag(TelemetryNames.CostDollars, (double?)record.Usage.EstimatedCost);
        Failed(span, record.Status == StepStatus.Failed, record.Error);
    }

    /// <summary>The kind of a failure only: its message may quote prompts and answers.</summary>
    private static void Failed(Activity span, bool isFailure, WorkflowError? error)
    {
        if (isFailure)
        {
            span.SetTag(TelemetryNames.ErrorType, error is null ? "_OTHER" : TelemetryWords.Of(error.Kind)).SetStatus(ActivityStatusCode.Error);
        }
    }

    /// <summary>Clocks of two processes may disagree.</summary>
    private static DateTime End(DateTimeOffset start, DateTimeOffset end) => (end > start ? end : start).UtcDateTime;

    private static double Seconds(DateTimeOffset from, DateTimeOffset to) => Math.Max(0, (to - from).TotalSeconds);
}
