using Orchestrator.Activities.Feed;

namespace Orchestrator.Bench.App;

/// <summary>The measurements of one run of a case. Times are in seconds.</summary>
internal sealed record LayersMeasurement(LayersCase Case, RunUsage Usage)
{
    /// <summary>From the request to the final record.</summary>
    public required double Wall { get; init; }

    /// <summary>The part of the wall time before the run is scheduled: reading, compiling, checking, writing.</summary>
    public required double Start { get; init; }

    /// <summary>The part of the wall time after the last step: collecting and writing the outputs.</summary>
    public required double Finish { get; init; }

    public required double Processor { get; init; }

    public required long AllocatedBytes { get; init; }

    /// <summary>The part of <see cref="AllocatedBytes"/> before the run is scheduled.</summary>
    public required long StartAllocatedBytes { get; init; }

    public required long PeakBytes { get; init; }

    public required long StoreValues { get; init; }

    public required long StoreAppends { get; init; }

    public required long StoreReads { get; init; }

    public required long JournalRecords { get; init; }

    public required long JournalBytes { get; init; }

    /// <summary>How many steps can execute at one time: the lower of the run's and the host's limit.</summary>
    public int Slots => Math.Min(Case.MaxParallelism, MeasuredApp.Slots);

    public double NominalWork => Case.Steps * Case.LatencyMs / 1e3;

    public double NominalPath => Case.Layers * Case.LatencyMs / 1e3;

    public double NominalBound => Math.Max(NominalPath, NominalWork / Slots);

    public double MeasuredWork => Usage.WorkMs / 1e3;

    public double MeasuredPath => Usage.CriticalPathMs / 1e3;

    public double MeasuredBound => Math.Max(MeasuredPath, MeasuredWork / Slots);

    public double PerStep(double total) => total / Case.Steps;
}
