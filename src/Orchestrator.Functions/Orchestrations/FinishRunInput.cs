using Orchestrator.Activities.Checkpoints;
using Orchestrator.Workflows.Runs;
using Orchestrator.Workflows.Scheduling;

namespace Orchestrator.Functions.Orchestrations;

/// <summary>How an attempt of a run ended, and the last decisions for the event feed.</summary>
public sealed record FinishRunInput(
    string RunId, int RunAttempt, RunStatus Status, WorkflowError? Error, DateTimeOffset At, IReadOnlyList<StepDecision> Decisions)
{
    /// <inheritdoc cref="RunIdentity.Stamp"/>
    public string? Stamp { get; init; }

    /// <summary>How the steps whose records the run's outputs read ended, as far as they have no output; null when there are none.</summary>
    public IReadOnlyList<EndedStep>? Observed { get; init; }
}
