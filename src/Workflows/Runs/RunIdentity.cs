using Orchestrator.Workflows.Serialization;

namespace Orchestrator.Workflows.Runs;

/// <summary>Identifies one run for good. The id alone does not: once the run is deleted, a new run may get it.</summary>
/// <param name="Stamp">
/// A random value chosen when the run was created, which every write for the run carries; null for a run of a version that had no stamps.
/// </param>
public readonly record struct RunIdentity(string RunId, string? Stamp);

/// <summary>A record that belongs to one run, and to no other run that gets the same id later.</summary>
public interface IRunPart : IStoredRecord
{
    /// <summary>The <see cref="RunIdentity.Stamp"/> of its run.</summary>
    public string? Stamp { get; }
}
