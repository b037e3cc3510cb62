using System.Text.Json.Serialization;
using Orchestrator.Workflows.Serialization;

namespace Orchestrator.Workflows.Runs;

/// <summary>The status of a run. Written in camelCase in all documents.</summary>
[JsonConverter(typeof(CamelCaseEnumConverter<RunStatus>))]
public enum RunStatus
{
    /// <summary>It is stored, and its orchestration has not begun.</summary>
    Pending,

    /// <summary>Its steps are being executed.</summary>
    Running,

    /// <summary>It was suspended on request: no step starts until it is continued.</summary>
    Suspended,

    /// <summary>No step is ready, running or retrying, and one waits for an event or a time.</summary>
    Waiting,

    /// <summary>No process drives the run, and it has not ended. Only displayed: the stored status is the last one that was recorded.</summary>
    Interrupted,

    /// <summary>It has ended well.</summary>
    Completed,

    /// <summary>A failure that no rule handled has ended it.</summary>
    Failed,

    /// <summary>It was cancelled on request.</summary>
    Cancelled,

    /// <summary>Its maximum duration has passed.</summary>
    TimedOut,
}
