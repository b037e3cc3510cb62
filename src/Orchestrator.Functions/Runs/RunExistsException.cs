namespace Orchestrator.Functions.Runs;

/// <summary>There is a run of that id already; it was left as it is.</summary>
public sealed class RunExistsException(string runId) : Exception($"There is a run '{runId}' already.")
{
    public string RunId { get; } = runId;
}
