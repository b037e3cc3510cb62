namespace Orchestrator.Activities.Runs;

/// <summary>The run was deleted, and perhaps its id was used again: nothing is to be written for it any more.</summary>
public sealed class RunGoneException : Exception
{
    public RunGoneException(RunIdentity run)
        : base($"Run '{run.RunId}' was deleted while it was worked on.") => Run = run;

    public RunIdentity Run { get; }
}
