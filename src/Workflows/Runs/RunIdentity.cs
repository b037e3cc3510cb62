using Orchestrator.Workflows.Serialization;

namespace Orchestrator.Workflows.Runs;

/// <summary>One run and no other: its id may be used again once it was deleted.</summary>
/// <param name="Stamp">Drawn at random when the run was written down; null: by a version that drew none. Every write for a run names it.</param>
public readonly record struct RunIdentity(string RunId, string? Stamp);

/// <summary>A record that belongs to one run and counts for no other of the same id.</summary>
public interface IRunPart : IStoredRecord
{
    /// <summary><see cref="RunIdentity.Stamp"/> of its run.</summary>
    public string? Stamp { get; }
}
