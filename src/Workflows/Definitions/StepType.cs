using System.Text.Json.Serialization;
using Orchestrator.Workflows.Serialization;

namespace Orchestrator.Workflows.Definitions;

/// <summary>What a step does.</summary>
[JsonConverter(typeof(CamelCaseEnumConverter<StepType>))]
public enum StepType
{
    /// <summary>Calls a model with a prompt.</summary>
    Prompt,

    /// <summary>Calls a tool.</summary>
    Tool,

    /// <summary>Puts values together.</summary>
    Merge,
}
