namespace Orchestrator.Functions.Application;

/// <summary>There is a run of that id already; it was left as it is.</summary>
/// <param name="isBeingDeleted">Whether a deletion of the run has begun: it may have been cut off.</param>
public sealed class RunExistsException(string runId, bool isBeingDeleted = false)
    : Exception(isBeingDeleted ? $"There is a run '{runId}' already, of which parts are left. {HowToFinish(runId)}" : $"There is a run '{runId}' already.")
{
    public string RunId { get; } = runId;

    internal static string HowToFinish(string runId) =>
        $"It is half deleted: unless another process deletes it at this moment, 'orchestrator runs delete {runId}' finishes that.";
}
