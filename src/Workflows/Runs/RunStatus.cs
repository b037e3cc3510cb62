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

    /// <summary>No process drives the run, and it has not ended. Shown only: what is stored is where the run stood.</summary>
    Interrupted,
    Completed,
    Failed,
    Cancelled,
    TimedOut,
}
