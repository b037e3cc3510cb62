namespace Orchestrator.Bench.Recovery;

/// <param name="Seconds">From opening the journal until the code of every unfinished instance has seen all its results again.</param>
internal sealed record RecoveryMeasurement(double Seconds, double ProcessorSeconds);
