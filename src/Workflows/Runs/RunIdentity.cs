namespace Orchestrator.Workflows.Runs;

/// <summary>Identifies one run for good. The id alone does not: once the run is deleted, a new run may get it.</summary>
/// <param name="Stamp">
/// A random value chosen when the run was created, which every write for the run carries; null for a run of a version that had no stamps.
/// </param>
public readonly record struct RunIdentity(string RunId, string? Stamp);
