namespace Orchestrator.CrashSweep;

/// <summary>Something that the client wants of its run.</summary>
/// <param name="Event">The event of the run's feed after which it asks; null: once the run can do nothing more by itself.</param>
/// <param name="Step">The step whose event it is; null for the run's.</param>
public sealed record SweepRequest(SweepRequestKind Kind, string? Event = null, string? Step = null)
{
    /// <summary>The event may not come, and then it asks once the run can do nothing more by itself; and it does not mind to be refused.</summary>
    public bool IsOptional { get; init; }

    /// <summary>For a resume, the step that runs again whatever it came to; null: none.</summary>
    public string? From { get; init; }
}
