using System.Text.Json.Serialization;

namespace Orchestrator.Functions.Orchestrations;

/// <summary>What the WorkflowRun orchestration is started with: which attempt of which run. All else is in the store.</summary>
public sealed record RunInput(string RunId, int RunAttempt)
{
    /// <summary>The instance of this attempt: the run's id, and from the second attempt on its number behind a dot.</summary>
    [JsonIgnore]
    public string InstanceId => RunAttempt == 1 ? RunId : $"{RunId}.{RunAttempt}";
}
