using Orchestrator.Activities.Runs;
using Orchestrator.Activities.Steps;

namespace Orchestrator.Activities.Resuming;

/// <summary>An attempt that has been checked and can be written down.</summary>
/// <param name="Run">What it executes.</param>
/// <param name="Forked">For a new run, the records that it takes over, named as its own.</param>
public sealed record PreparedResume(PreparedRun Run, IReadOnlyList<StepCheckpoint> Forked);
