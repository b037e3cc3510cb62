namespace Orchestrator.Bench.Runtime;

/// <param name="Count">Activities.</param>
/// <param name="Seconds">From the call that starts the instance to its durable end.</param>
/// <param name="JournalBytes">The journal's files at the end.</param>
internal sealed record RuntimeMeasurement(int Count, double Seconds, double ProcessorSeconds, long JournalBytes);
