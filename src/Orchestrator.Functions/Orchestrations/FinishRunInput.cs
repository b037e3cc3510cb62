using Orchestrator.Activities.Steps;
using Orchestrator.Workflows.Runs;

namespace Orchestrator.Functions.Orchestrations;

/// <summary>How an attempt of a run ended, and the last decisions for the event feed.</summary>
public sealed record FinishRunInput(
    string RunId, int RunAttempt, RunStatus Status, WorkflowError? Error, DateTimeOffset At, IReadOnlyList<StepDecision> Decisions);
