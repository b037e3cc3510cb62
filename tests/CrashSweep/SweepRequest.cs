namespace Orchestrator.CrashSweep;

/// <summary>A request of the client about its run.</summary>
/// <param name="Event">The event of the run's feed after which it is sent; null: once the process is idle.</param>
/// <param name="Step">The step whose event it is; null for the run's.</param>
public sealed record SweepRequest(SweepRequestKind Kind, string? Event = null, string? Step = null)
{
    /// <summary>The event may not come, and then it is sent once the process is idle; and it may be refused.</summary>
    public bool IsOptional { get; init; }

    /// <summary>For a resume, the step that runs again whatever its status; null: none.</summary>
    public string? From { get; init; }
}
