using Orchestrator.Workflows.Runs;

namespace Orchestrator.Activities.Runs;

/// <summary>The run was deleted, and its id may be in use again: nothing must be written for it.</summary>
public sealed class RunGoneException : Exception
{
    public RunGoneException(RunIdentity run)
        : base($"Run '{run.RunId}' was deleted while it was worked on.") => Run = run;

    public RunIdentity Run { get; }
}
