using System.Security.Cryptography;
using Orchestrator.Activities.Checkpoints;
using Orchestrator.Activities.Records;
using Orchestrator.Workflows.Planning;
using Orchestrator.Workflows.Resuming;

namespace Orchestrator.Activities.Preparation.Resuming;

/// <summary>An attempt that has been checked and can be written down.</summary>
/// <param name="Run">What it executes.</param>
/// <param name="Changed">What it does differently.</param>
/// <param name="Forked">For a new run, the records that it takes over, named as its own.</param>
public sealed record PreparedResume(PreparedRun Run, RunChanges Changed, IReadOnlyList<StepCheckpoint> Forked)
{
    /// <summary>Names what is executed, as a start key: the same request finishes a fork that a crash left half-written.</summary>
    public string Key => Convert.ToHexStringLower(SHA256.HashData(JsonContent.Bytes(Run)));
}
