namespace Orchestrator.Functions.Application;

/// <summary>There is no run of that id, or it is being deleted.</summary>
/// <param name="isBeingDeleted">Whether a deletion of the run has begun: it may have been cut off.</param>
public sealed class RunNotFoundException(string runId, bool isBeingDeleted = false)
    : Exception(isBeingDeleted ? $"There is no run '{runId}' any more. {RunExistsException.HowToFinish(runId)}" : $"There is no run '{runId}'.")
{
    public string RunId { get; } = runId;
}
