using System.Globalization;
using System.Security.Cryptography;

namespace Orchestrator.Activities.Runs;

/// <summary>Where the ids of new runs come from.</summary>
public interface IRunIds
{
    /// <summary>An id that no run has had: 1 to 64 letters, digits, _ or -.</summary>
    public string Next();
}

/// <summary>Ids that sort by the time at which they were made: <c>20261120-221530-4f9c2a1b</c>. Thread-safe.</summary>
public sealed class TimedRunIds(TimeProvider time) : IRunIds
{
    /// <inheritdoc/>
    public string Next() => string.Create(
        CultureInfo.InvariantCulture, $"{time.GetUtcNow():yyyyMMdd-HHmmss}-{RandomNumberGenerator.GetHexString(8, lowercase: true)}");
}
