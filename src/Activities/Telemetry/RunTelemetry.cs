using System.Diagnostics;
using System.Diagnostics.Metrics;
using Microsoft.Extensions.Logging;
using Orchestrator.Activities.Checkpoints;
using Orchestrator.Activities.Logging;
using Orchestrator.Activities.Records;
using Orchestrator.Activities.RunLogs;
using Orchestrator.Activities.Runs;
using Orchestrator.Storage;
using Orchestrator.Workflows.Planning;

namespace Orchestrator.Activities.Telemetry;

/// <summary>
/// Emits the spans, metrics and log entries of runs, under the name <see cref="TelemetryNames.Source"/>. They are emitted after a durable write, by
/// the process that made it, so that a repeated execution emits nothing. Thread-safe.
/// </summary>
public sealed class RunTelemetry : IDisposable
{
    /// <summary>The category of the log entries.</summary>
    public const string LogCategory = "Orchestrator.Runs";

    private readonly ILogger _logger;

    /// <param name="content">
    /// Whether spans carry prompts, answers, and the inputs and results of tools. Metrics and log never do, and secrets are never emitted.
    /// </param>
    public RunTelemetry(ILoggerFactory loggers, bool content = false)
    {
        _logger = loggers.CreateLogger(LogCategory);
        Source = new ActivitySource(TelemetryNames.Source);
        Meter = new Meter(TelemetryNames.Source);
        Spans = new RunSpans(Source, new SpanIds(_logger));
        Work = new WorkSpans(Source, content);
        Metrics = new RunMetrics(Meter);
    }

    /// <summary>The source of all spans.</summary>
    internal ActivitySource Source { get; }

    /// <summary>The meter of all metrics.</summary>
    internal Meter Meter { get; }

    internal RunSpans Spans { get; }

    internal WorkSpans Work { get; }

    internal RunMetrics Metrics { get; }

    /// <summary>Frees the source and the meter.</summary>
    public void Dispose()
    {
        Source.Dispose();
        Meter.Dispose();
    }

    /// <summary>Emits what follows from a new record of an attempt.</summary>
    /// <param name="span">The span of the attempt; null when nothing listens.</param>
    internal Task RecordedAsync(
        PreparedRun run,
        ExecuteStepInput call,
        StepCheckpoint record,
        Activity? span,
        CheckpointStore checkpoints,
        CancellationToken cancellationToken)
    {
        RunSpans.EndAttempt(span, record);
        var isRetried = record.VerdictIn(run, call) is { RetryAfter: not null };

        // A fallback output after a failure does not end the step again: the failed attempt did.
        var endsStep = call.Failure is null && !record.Again && !isRetried;
        Metrics.Recorded(record, isRetried, endsStep);
        if (isRetried)
        {
            _logger.StepRetried(call.Attempt, call.StepId, call.RunId, record.Error!.Kind);
        }

        if (endsStep)
        {
            _logger.StepEnded(call.StepId, call.RunId, record.Status, Milliseconds(record.StartedAt, record.CompletedAt), call.Attempt);
        }

        return endsStep && Spans.HasListeners ? WriteStepAsync(run, call, record, checkpoints, cancellationToken) : Task.CompletedTask;
    }

    /// <summary>Logs the start of an attempt of a run.</summary>
    internal void Begun(RunRecord record, PreparedRun run)
    {
        if (Spans.HasListeners)
        {
            Spans.WithinRun(record, Log);
        }
        else
        {
            Log();
        }

        void Log() => _logger.RunStarted(record.RunId, record.Workflow, record.Attempt, run.Steps.Count);
    }

    /// <summary>Emits span, metrics and log entry of an attempt of a run that has ended.</summary>
    internal void Ended(RunRecord record)
    {
        Metrics.Ended(record);
        if (Spans.HasListeners)
        {
            Spans.WriteRun(record, Log);
        }
        else
        {
            Log();
        }

        void Log()
        {
            var attempt = record.Attempts[^1];
            var completedAt = attempt.CompletedAt ?? record.CreatedAt;
            var duration = Milliseconds(attempt.StartedAt ?? completedAt, completedAt);
            _logger.RunEnded(record.RunId, record.Workflow, record.Attempt, record.Status, duration);
        }
    }

    private async Task WriteStepAsync(
        PreparedRun run, ExecuteStepInput call, StepCheckpoint record, CheckpointStore checkpoints, CancellationToken cancellationToken) =>
        Spans.WriteStep(run, call, record, await ReadyAsync(call, checkpoints, cancellationToken));

    private static long Milliseconds(DateTimeOffset from, DateTimeOffset to) => (long)Math.Max(0, (to - from).TotalMilliseconds);

    /// <summary>
    /// When the first attempt of the step was ready; if that cannot be read, when the given attempt was, so that the span is not lost.
    /// </summary>
    private static async Task<DateTimeOffset> ReadyAsync(ExecuteStepInput call, CheckpointStore checkpoints, CancellationToken cancellationToken)
    {
        try
        {
            return call.Attempt == 1 ? call.ReadyAt
                : (await checkpoints.FindAsync(call.Run, call.StepId, call.RunAttempt, 1, cancellationToken))?.ReadyAt ?? call.ReadyAt;
        }
        catch (Exception exception) when (exception is ContentStoreException or UnreadableRecordException or OperationCanceledException)
        {
            return call.ReadyAt;
        }
    }
}
