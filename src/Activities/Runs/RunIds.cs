using System.Globalization;
using System.Security.Cryptography;

namespace Orchestrator.Activities.Runs;

/// <summary>Makes the ids of new runs. Implementations are thread-safe.</summary>
public interface IRunIds
{
    /// <summary>A new id: 1 to 64 letters, digits, _ or -, different from that of any other run.</summary>
    public string Next();
}

/// <summary>Ids that sort by creation time (UTC, then eight random hex digits): <c>20261120-221530-4f9c2a1b</c>. Thread-safe.</summary>
public sealed class TimedRunIds(TimeProvider time) : IRunIds
{
    /// <inheritdoc/>
    public string Next() => string.Create(
        CultureInfo.InvariantCulture, $"{time.GetUtcNow():yyyyMMdd-HHmmss}-{RandomNumberGenerator.GetHexString(8, lowercase: true)}");
}
