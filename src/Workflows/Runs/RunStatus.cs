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

    /// <summary>No process drives the run, and it has not ended. Only shown: the stored status is the last one that was recorded.</summary>
    Interrupted,
    Completed,
    Failed,
    Cancelled,
    TimedOut,
}
