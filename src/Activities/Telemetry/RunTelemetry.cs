using System.Diagnostics;
using Orchestrator.Activities.Runs;
using Orchestrator.Activities.Steps;
using Orchestrator.Activities.Stores;

namespace Orchestrator.Activities.Telemetry;

/// <summary>
/// What runs tell of themselves to whatever listens to <see cref="TelemetryNames.Source"/>: spans and metrics, written when a durable write has been made, by
/// the process that made it, so that a repeat tells nothing. Thread-safe.
/// </summary>
/// <param name="content">Whether prompts, answers and the inputs and results of tools are told, too. Secrets never are.</param>
public sealed class RunTelemetry(bool content = false) : IDisposable
{
    private readonly ActivitySource _source = new(TelemetryNames.Source);
    private RunSpans? _spans;
    private WorkSpans? _work;

    /// <summary>Where the spans come from.</summary>
    internal ActivitySource Source => _source;

    internal RunSpans Spans => _spans ??= new RunSpans(_source);

    internal WorkSpans Work => _work ??= new WorkSpans(_source, content);

    public void Dispose() => _source.Dispose();

    /// <summary>Tells of a new record of an attempt.</summary>
    /// <param name="span">The attempt's; null when it has none.</param>
    internal async Task TellAsync(
        PreparedRun run, ExecuteStepInput call, StepCheckpoint record, Activity? span, CheckpointStore checkpoints, CancellationToken cancellationToken)
    {
        RunSpans.EndAttempt(span, record);

        // A substitute for the output of a step that failed before is no end of its own.
        var ends = call.Failure is null && !record.Again && StepRecord.Verdict(run, call, record) is not { RetryAfter: not null };
        if (ends && Spans.AreWanted)
        {
            Spans.WriteStep(run, call, record, await ReadyAsync(call, checkpoints, cancellationToken));
        }
    }

    /// <summary>Tells of the new end of an attempt of a run.</summary>
    internal void Tell(RunRecord record)
    {
        if (Spans.AreWanted)
        {
            Spans.WriteRun(record);
        }
    }

    /// <summary>When the first attempt of the step was ready. What cannot be read costs the span its beginning only.</summary>
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
