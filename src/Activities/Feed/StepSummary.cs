using System.Text.Json.Serialization;
using Orchestrator.Workflows.Runs;
using Orchestrator.Workflows.Usage;

namespace Orchestrator.Activities.Feed;

/// <summary>A step within the document of its run.</summary>
public sealed record StepSummary
{
    public StepStatus Status { get; init; }

    /// <summary>Why it was skipped or cancelled; null otherwise.</summary>
    public string? Reason { get; init; }

    /// <summary>Attempts that were started.</summary>
    public int Attempts { get; init; }

    /// <summary>When work on the first attempt began.</summary>
    public DateTimeOffset? StartedAt { get; init; }

    /// <summary>When the last attempt ended.</summary>
    public DateTimeOffset? CompletedAt { get; init; }

    /// <summary>Milliseconds of work, all attempts together, waits between them left out.</summary>
    public double DurationMs { get; init; }

    /// <summary>Milliseconds between ready and the start of work, all attempts together.</summary>
    public double QueuedMs { get; init; }

    public bool Reused { get; init; }

    public bool FallbackUsed { get; init; }

    /// <summary>The simulation answered in the model's place; not written when it did not.</summary>
    [JsonIgnore(Condition = JsonIgnoreCondition.WhenWritingDefault)]
    public bool Simulated { get; init; }

    /// <summary>Of all attempts, failed ones included: they were paid for.</summary>
    public TokenUsage Usage { get; init; }

    public WorkflowError? Error { get; init; }
}
