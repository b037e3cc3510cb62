using System.Text.Json;
using Microsoft.DurableTask;
using Microsoft.DurableTask.Client;
using Orchestrator.Activities.Records;
using Orchestrator.Functions.Orchestrations;
using Orchestrator.Storage;

namespace Orchestrator.Functions.Application;

/// <summary>
/// Classifies the failure of an orchestration. Most engines keep details with types and causes. Azure Storage keeps a text: the message of the
/// exception, or, when the host failed the instance, the type and the message. Both forms have the same result, except for causes, which the text
/// does not contain. Immutable.
/// </summary>
public sealed class OrchestrationFailure
{
    /// <summary>The error type with which the Functions host and LocalHost fail an instance of another version.</summary>
    private const string VersionMismatch = "VersionMismatch";

    private const string NonDeterministic = "NonDeterministicOrchestrationException";

    /// <summary>The start of the message of DurableTask.Core's exception.</summary>
    private const string NonDeterministicText = "Non-Deterministic workflow detected";

    /// <summary>The start of the message of a failed activity: its failure is not one of the history.</summary>
    private const string ActivityText = "Task '";

    /// <summary>System.Text.Json ends its messages with this text and a number.</summary>
    private const string UnreadText = " | BytePositionInLine: ";

    private readonly TaskFailureDetails? _details;

    private OrchestrationFailure(TaskFailureDetails? details, string? message)
    {
        _details = details;
        Message = message;
    }

    /// <summary>The engine's message; null when there is none.</summary>
    public string? Message { get; }

    /// <summary>Whether the host failed the orchestration for its version, before this version's code ran.</summary>
    public bool IsOfAnotherVersion => _details?.ErrorType == VersionMismatch;

    /// <summary>
    /// Whether this version's code cannot read the history, or calls other things than it contains: another version began the orchestration.
    /// </summary>
    public bool IsUnrepeatable
    {
        get
        {
            // A history that cannot be read is the failure itself; a JsonException of an activity is a cause.
            var isUnread = _details?.ErrorType == typeof(JsonException).FullName;
            for (var failure = _details; failure is not null && !isUnread; failure = failure.InnerFailure)
            {
                isUnread = failure.ErrorType.EndsWith(NonDeterministic, StringComparison.Ordinal);
            }

            return isUnread;
        }
    }

    /// <summary>
    /// Whether the stored data is the cause, not a fault of this program: the next attempt continues from the records, or its error names what is
    /// damaged.
    /// </summary>
    public bool IsOfTheStorage
    {
        get
        {
            var isOfTheStorage = IsUnrepeatable || IsOfAnotherVersion;
            for (var failure = _details; failure is not null && !isOfTheStorage; failure = failure.InnerFailure)
            {
                isOfTheStorage = failure.IsNamed(nameof(UnreadableRecordException)) || failure.IsNamed(nameof(ContentValueException));
            }

            return isOfTheStorage;
        }
    }

    /// <param name="instance">With its outputs. When it has not failed, every property is false or null.</param>
    public static OrchestrationFailure Of(OrchestrationMetadata instance)
    {
        ArgumentNullException.ThrowIfNull(instance);
        return instance.FailureDetails is { } details ? new OrchestrationFailure(details, details.ErrorMessage)
            : instance is { RuntimeStatus: OrchestrationRuntimeStatus.Failed, SerializedOutput: { } output }
                ? new OrchestrationFailure(Read(output.Trim('"')), output)
            : new OrchestrationFailure(null, null);
    }

    private static TaskFailureDetails? Read(string text) =>
        TypeOf(text) is { } type ? new TaskFailureDetails(type, text, null, null, null) : null;

    private static string? TypeOf(string text)
    {
        if (text.StartsWith(NonDeterministicText, StringComparison.Ordinal))
        {
            return NonDeterministic;
        }

        if (text.LastIndexOf(UnreadText, StringComparison.Ordinal) is > 0 and var at && !text.StartsWith(ActivityText, StringComparison.Ordinal)
            && text[(at + UnreadText.Length)..].TrimEnd('.').All(char.IsAsciiDigit))
        {
            return typeof(JsonException).FullName;
        }

        var end = text.IndexOf(": ", StringComparison.Ordinal);
        return end > 0 && text.Take(end).All(letter => char.IsAsciiLetterOrDigit(letter) || letter is '.' or '+' or '_') ? text[..end] : null;
    }
}
