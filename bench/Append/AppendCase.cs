using Orchestrator.Bench.Runtime;

namespace Orchestrator.Bench.Append;

/// <summary>Writers that each append a record, wait until it is durable, and append the next.</summary>
/// <param name="Bytes">Of one record.</param>
/// <param name="Shared">True when all write to one history, as the steps of one run do; false when each has its own.</param>
internal sealed record AppendCase(JournalKind Journal, int Writers, int Bytes, bool Shared)
{
    private const int MostBytes = 32 * 1024 * 1024;
    private const int MostRecords = 4_000;
    private const int LeastRounds = 4;

    /// <summary>How many records each writer appends.</summary>
    public int Rounds => Math.Max(LeastRounds, Math.Min(MostRecords, MostBytes / Bytes) / Math.Max(Writers, 8));

    public string Name => $"{Journal.Name}, {Writers} × {Bytes:N0} B, {(Shared ? "one history" : "a history each")}";
}
