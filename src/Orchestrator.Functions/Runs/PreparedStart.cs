using Orchestrator.Activities.Runs;

namespace Orchestrator.Functions.Runs;

/// <summary>A run that has been checked and can be written down.</summary>
/// <param name="Companion">Who stays with it; null: it is for whoever serves.</param>
public sealed record PreparedStart(NewRun Run, PreparedRun Prepared, Companion? Companion);
