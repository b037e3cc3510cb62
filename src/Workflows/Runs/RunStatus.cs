using System.Text.Json.Serialization;
using Orchestrator.Workflows.Serialization;

namespace Orchestrator.Workflows.Runs;

/// <summary>Where a run stands.</summary>
[JsonConverter(typeof(CamelCaseEnumConverter<RunStatus>))]
public enum RunStatus
{
    Pending,
    Running,
    Suspended,

    /// <summary>Nothing is ready, running or retrying, and something waits for an event or a time.</summary>
    Waiting,
    Completed,
    Failed,
    Cancelled,
    TimedOut,
}
