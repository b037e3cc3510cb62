using System.Text.Json.Nodes;
using System.Text.Json.Serialization;
using Orchestrator.Workflows.Serialization;

namespace Orchestrator.Workflows.Runs;

/// <summary>A failure of a step or of a run, as a value: it travels through outcomes, checkpoints, events and the API.</summary>
/// <param name="Kind">The class of the failure, which decides about retries.</param>
/// <param name="Message">One sentence for the user: what went wrong and, where it is known, what to do.</param>
public sealed record WorkflowError(ErrorKind Kind, string Message)
{
    /// <summary>The step that failed; null when the failure is the run's own.</summary>
    public string? Step { get; init; }

    /// <summary>The attempt of the step, from 1; null when no attempt was made.</summary>
    public int? Attempt { get; init; }

    /// <summary>Whether trying the same again may succeed.</summary>
    public bool Retryable { get; init; }

    /// <summary>How long the provider asked us to wait, in milliseconds; null when it did not say.</summary>
    public int? RetryAfterMs { get; init; }

    /// <summary>Facts for programs, such as the level of a timeout; null when there are none.</summary>
    public JsonObject? Details { get; init; }

    /// <summary>Whether failures of this kind may pass by themselves, unless the provider says otherwise.</summary>
    public static bool IsTransient(ErrorKind kind) =>
        kind is ErrorKind.RateLimited or ErrorKind.Unavailable or ErrorKind.Timeout or ErrorKind.CircuitOpen;
}

/// <summary>What went wrong, as the user sees it. Written in camelCase wherever it leaves the program.</summary>
[JsonConverter(typeof(CamelCaseEnumConverter<ErrorKind>))]
public enum ErrorKind
{
    /// <summary>A bug in this program or an impossible state; the log has more.</summary>
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
