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

    /// <summary>An input of the run, or what a model or a tool was given, is missing or wrong.</summary>
    InvalidInput,

    /// <summary>The definition, or a prompt that it uses, is wrong.</summary>
    InvalidDefinition,

    /// <summary>There is no such stored prompt, or not in that version.</summary>
    PromptNotFound,

    /// <summary>The host has no such tool.</summary>
    ToolNotFound,

    /// <summary>A template or an expression cannot be evaluated.</summary>
    TemplateError,

    /// <summary>The provider or the server refused the request because there were too many. Transient.</summary>
    RateLimited,

    /// <summary>The provider or the server cannot be reached or has a failure of its own. Transient.</summary>
    Unavailable,

    /// <summary>The provider or the server does not accept the credentials.</summary>
    Authentication,

    /// <summary>The provider's content filter stopped the request or the answer.</summary>
    ContentFiltered,

    /// <summary>The request is larger than the model's context.</summary>
    ContextLength,

    /// <summary>A time limit has passed. Transient.</summary>
    Timeout,

    /// <summary>The run, or the attempt, was cancelled, or the run was deleted.</summary>
    Cancelled,

    /// <summary>The run has spent its budget.</summary>
    BudgetExceeded,

    /// <summary>The step was not started because the queue of ready steps is full.</summary>
    QueueFull,

    /// <summary>The request was not made because those before it failed. Transient. Only mocks and the tool <c>fail</c> give it so far.</summary>
    CircuitOpen,

    /// <summary>The tool failed in a way that has no kind of its own.</summary>
    ToolFailed,

    /// <summary>The answer cannot be used as the output.</summary>
    OutputInvalid,

    /// <summary>An answer, an output or a row set is larger than allowed.</summary>
    PayloadTooLarge,

    /// <summary>A step inside a group failed. Only mocks and the tool <c>fail</c> give it so far.</summary>
    GroupFailed,

    /// <summary>An item of a map failed. Only mocks and the tool <c>fail</c> give it so far.</summary>
    ItemFailed,
}
