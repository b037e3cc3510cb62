using Orchestrator.Workflows.Runs;

namespace Orchestrator.Functions.Orchestrations;

/// <summary>What the WorkflowRun orchestration returns. A failed workflow is a result, not a failed orchestration.</summary>
public sealed record RunResult(string RunId, int RunAttempt, RunStatus Status, WorkflowError? Error);
