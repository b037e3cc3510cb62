using System.Text.Json.Serialization;
using Orchestrator.Workflows.Serialization;

namespace Orchestrator.Workflows.Definitions;

/// <summary>What the failure of a step does to the rest of the run.</summary>
[JsonConverter(typeof(CamelCaseEnumConverter<FailurePolicy>))]
public enum FailurePolicy
{
    /// <summary>Start nothing new; running steps finish and are checkpointed.</summary>
    Stop,
}
