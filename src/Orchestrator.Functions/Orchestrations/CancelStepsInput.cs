using Orchestrator.Workflows.Runs;

namespace Orchestrator.Functions.Orchestrations;

/// <summary>Asks the executing steps of a run to end.</summary>
/// <param name="Reason">What they record as the reason.</param>
/// <param name="DecidedBy">The step whose failure decided it; null: a caller's request, or the run's time.</param>
public sealed record CancelStepsInput(string RunId, int RunAttempt, string Reason, DecidingStep? DecidedBy = null)
{
    /// <inheritdoc cref="RunIdentity.Stamp"/>
    public string? Stamp { get; init; }
}
