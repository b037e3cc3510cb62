using System.Collections.Concurrent;
using System.Diagnostics;
using Orchestrator.Activities.Telemetry;

namespace Orchestrator.Activities.Tests.Telemetry;

/// <summary>Records the spans of one test's services only.</summary>
internal sealed class HeardSpans : IDisposable
{
    private readonly ActivityListener _listener;
    private readonly ConcurrentQueue<Activity> _ended = new();

    public HeardSpans(RunTelemetry telemetry)
    {
        _listener = new ActivityListener
        {
            ShouldListenTo = source => ReferenceEquals(source, telemetry.Source),
            Sample = (ref ActivityCreationOptions<ActivityContext> _) => ActivitySamplingResult.AllDataAndRecorded,
            ActivityStopped = _ended.Enqueue,
        };
        ActivitySource.AddActivityListener(_listener);
    }

    /// <summary>The spans that have ended, in that order.</summary>
    public IReadOnlyList<Activity> Ended => [.. _ended];

    public Activity Single(string name) => Ended.Single(span => span.DisplayName == name);

    public IReadOnlyList<Activity> Named(string name) => [.. Ended.Where(span => span.DisplayName == name)];

    public void Dispose() => _listener.Dispose();
}
