using System.Text.Json.Serialization;
using Orchestrator.Workflows.Serialization;

namespace Orchestrator.Workflows.Definitions;

/// <summary>What happens to a step that becomes ready when the queue is full.</summary>
[JsonConverter(typeof(CamelCaseEnumConverter<QueueFullPolicy>))]
public enum QueueFullPolicy
{
    /// <summary>It fails with the kind <c>queueFull</c>.</summary>
    Fail,

    /// <summary>It waits all the same.</summary>
    Wait,
}
