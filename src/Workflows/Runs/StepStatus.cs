using System.Text.Json.Serialization;
using Orchestrator.Workflows.Serialization;

namespace Orchestrator.Workflows.Runs;

/// <summary>Where a step stands within one attempt of its run.</summary>
[JsonConverter(typeof(CamelCaseEnumConverter<StepStatus>))]
public enum StepStatus
{
    /// <summary>Its dependencies have not all ended.</summary>
    Pending,

    /// <summary>It may start and waits for a slot.</summary>
    Ready,
    Running,

    /// <summary>It waits for an event or a time.</summary>
    Waiting,

    /// <summary>An attempt failed and the next one waits for its time.</summary>
    Retrying,
    Completed,

    /// <summary>Its checkpoint of an earlier run attempt was taken over.</summary>
    Reused,
    Failed,
    Skipped,
    Cancelled,
}
