using System.Text.Json.Serialization;
using Orchestrator.Workflows.Serialization;

namespace Orchestrator.Workflows.Runs;

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
