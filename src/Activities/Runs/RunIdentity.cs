namespace Orchestrator.Activities.Runs;

/// <summary>One run and no other: its id may be used again once it was deleted.</summary>
/// <param name="Stamp">Drawn at random when the run was written down; null: by a version that drew none. Every write for a run names it.</param>
public readonly record struct RunIdentity(string RunId, string? Stamp);

/// <summary>The run was deleted, and its id may be in use again: nothing must be written for it.</summary>
public sealed class RunGoneException : Exception
{
    public RunGoneException(RunIdentity run)
        : base($"Run '{run.RunId}' was deleted while it was worked on.") => Run = run;

    public RunIdentity Run { get; }
}
