using System.Text.Json.Serialization;
using Orchestrator.Workflows.Serialization;

namespace Orchestrator.Workflows.Runs;

/// <summary>The status of a run. Written in camelCase in all documents.</summary>
[JsonConverter(typeof(CamelCaseEnumConverter<RunStatus>))]
public enum RunStatus
{
    Pending,
    Running,
    Suspended,

    /// <summary>No step is ready, running or retrying, and one waits for an event or a time.</summary>
    Waiting,

    /// <summary>No process drives the run, and it has not ended. Only displayed: the stored status is the last one that was recorded.</summary>
    Interrupted,
    Completed,
    Failed,
    Cancelled,
    TimedOut,
}
