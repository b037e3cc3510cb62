using System.Diagnostics.Metrics;
using Orchestrator.Activities.Telemetry;

namespace Orchestrator.Activities.Tests.Telemetry;

/// <summary>Records the metrics of one test's services only.</summary>
internal sealed class HeardMetrics : IDisposable
{
    private readonly MeterListener _listener = new();
    private readonly Lock _gate = new();
    private readonly List<(string Name, double Value, string Tags)> _heard = [];

    public HeardMetrics(RunTelemetry telemetry)
    {
        _listener.InstrumentPublished = (instrument, listener) =>
        {
            if (ReferenceEquals(instrument.Meter, telemetry.Meter))
            {
                listener.EnableMeasurementEvents(instrument);
            }
        };
        _listener.SetMeasurementEventCallback<long>((instrument, value, tags, _) => Add(instrument, value, tags));
        _listener.SetMeasurementEventCallback<double>((instrument, value, tags, _) => Add(instrument, value, tags));
        _listener.Start();
    }

    /// <summary>Everything that was measured, in order.</summary>
    public IReadOnlyList<(string Name, double Value, string Tags)> All
    {
        get
        {
            lock (_gate)
            {
                return [.. _heard];
            }
        }
    }

    /// <summary>What an instrument measured: each value with its tags.</summary>
    public IEnumerable<string> Of(string name) =>
        All.Where(item => item.Name == name).Select(item => FormattableString.Invariant($"{item.Value} {item.Tags}"));

    public void Dispose() => _listener.Dispose();

    private void Add(Instrument instrument, double value, ReadOnlySpan<KeyValuePair<string, object?>> tags)
    {
        var text = string.Join(' ', tags.ToArray().Select(tag => $"{tag.Key[(tag.Key.LastIndexOf('.') + 1)..]}={tag.Value}"));
        lock (_gate)
        {
            _heard.Add((instrument.Name, value, text));
        }
    }
}
