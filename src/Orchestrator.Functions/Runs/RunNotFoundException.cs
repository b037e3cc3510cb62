namespace Orchestrator.Functions.Runs;

/// <summary>There is no run of that id.</summary>
public sealed class RunNotFoundException(string runId) : Exception($"There is no run '{runId}'.")
{
    public string RunId { get; } = runId;
}
