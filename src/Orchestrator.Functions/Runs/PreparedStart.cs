using Orchestrator.Activities.Runs;

namespace Orchestrator.Functions.Runs;

/// <summary>A run that has been checked and can be written down.</summary>
public sealed record PreparedStart(NewRun Run, PreparedRun Prepared);
