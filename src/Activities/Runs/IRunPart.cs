using Orchestrator.Activities.Records;

namespace Orchestrator.Activities.Runs;

/// <summary>A record that belongs to one run and counts for no other of the same id.</summary>
internal interface IRunPart : IStoredRecord
{
    /// <summary><see cref="RunIdentity.Stamp"/> of its run.</summary>
    public string? Stamp { get; }
}
