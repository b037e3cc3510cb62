using Orchestrator.Activities.Execution;
using Orchestrator.Workflows.Planning;

namespace Orchestrator.Functions.Application;

/// <summary>A run that has been checked and can be written down.</summary>
/// <param name="Foreground">The foreground caller; null: the run is for any serving process.</param>
public sealed record PreparedStart(NewRun Run, PreparedRun Prepared, ForegroundCaller? Foreground);
