using Orchestrator.Activities.Checkpoints;
using Orchestrator.Workflows.Runs;

namespace Orchestrator.Functions.Orchestrations;

/// <summary>Decisions of the orchestrator for the event feed.</summary>
public sealed record RecordFactsInput(string RunId, int RunAttempt, IReadOnlyList<StepDecision> Decisions)
{
    /// <inheritdoc cref="RunIdentity.Stamp"/>
    public string? Stamp { get; init; }
}
