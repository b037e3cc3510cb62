using System.Diagnostics;
using System.Security.Cryptography;
using System.Text;
using Orchestrator.Workflows.Runs;

namespace Orchestrator.Activities.Telemetry;

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
