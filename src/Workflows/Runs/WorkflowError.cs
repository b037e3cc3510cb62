using System.Text.Json.Nodes;
using System.Text.Json.Serialization;
using Orchestrator.Workflows.Serialization;

namespace Orchestrator.Workflows.Runs;

/// <summary>A failure of a step or of a run, as it is written in outcomes, checkpoints, events and the API. Immutable. Thread-safe.</summary>
/// <param name="Kind">The kind of the failure; retries and fallbacks depend on it.</param>
/// <param name="Message">For the user: what went wrong and, if it is known, what to do.</param>
public sealed record WorkflowError(ErrorKind Kind, string Message)
{
    /// <summary>The id of the step that failed; null for a failure of the run itself.</summary>
    public string? Step { get; init; }

    /// <summary>The attempt of the step, from 1; null if no attempt was made.</summary>
    public int? Attempt { get; init; }

    /// <summary>Whether another attempt may succeed.</summary>
    public bool Retryable { get; init; }

    /// <summary>How long the provider asks to wait before another attempt, in milliseconds; null if it does not.</summary>
    public int? RetryAfterMs { get; init; }

    /// <summary>Details for programs, such as the level of a timeout; null if there are none.</summary>
    public JsonObject? Details { get; init; }

    /// <summary>Whether another attempt may succeed after a failure of this kind, unless the provider says otherwise.</summary>
    public static bool IsTransient(ErrorKind kind) =>
        kind is ErrorKind.RateLimited or ErrorKind.Unavailable or ErrorKind.Timeout or ErrorKind.CircuitOpen;
}

/// <summary>The kinds of failures that users see. Written in camelCase in all documents.</summary>
[JsonConverter(typeof(CamelCaseEnumConverter<ErrorKind>))]
public enum ErrorKind
{
    /// <summary>A bug in this program or an impossible state; the log has the details.</summary>
    Internal = 0,
    InvalidInput,
    InvalidDefinition,
    PromptNotFound,
    ToolNotFound,
    TemplateError,
    RateLimited,
    Unavailable,
    Authentication,
    ContentFiltered,
    ContextLength,
    Timeout,
    Cancelled,
    BudgetExceeded,
    QueueFull,
    CircuitOpen,
    ToolFailed,
    OutputInvalid,
    PayloadTooLarge,
    GroupFailed,
    ItemFailed,
}
