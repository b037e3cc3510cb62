using System.Text.Json.Serialization;
using Orchestrator.Workflows.Serialization;

namespace Orchestrator.Workflows.Runs;

/// <summary>The status of a step within one attempt of its run. Written in camelCase in all documents.</summary>
[JsonConverter(typeof(CamelCaseEnumConverter<StepStatus>))]
public enum StepStatus
{
    /// <summary>It waits for its dependencies.</summary>
    Pending,

    /// <summary>It waits for a slot.</summary>
    Ready,
    Running,

    /// <summary>It waits for an event or a time.</summary>
    Waiting,

    /// <summary>An attempt failed, and the wait before the next one has not passed.</summary>
    Retrying,
    Completed,

    /// <summary>Its checkpoint of an earlier run attempt was used again.</summary>
    Reused,
    Failed,
    Skipped,
    Cancelled,
}
