namespace Orchestrator.Bench.Runtime;

/// <param name="Seconds">From opening the journal to the end of an instance that only had to be told to go on.</param>
/// <param name="BytesPerActivity">Managed memory that the live instance holds per finished activity.</param>
internal sealed record RestartMeasurement(double Seconds, double BytesPerActivity, double BytesPerActivityAfterRestart);
