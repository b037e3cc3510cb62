using System.Text.Json;
using Microsoft.DurableTask;
using Microsoft.DurableTask.Client;
using Orchestrator.Activities.Records;
using Orchestrator.Functions.Orchestrations;
using Orchestrator.Storage;

namespace Orchestrator.Functions.Application;

/// <summary>
/// Why an orchestration failed. Most engines keep details with types and causes. Azure Storage keeps a text: the message of the exception, or, when the host
/// failed it, the type and the message. Both forms give the same answers, except for causes, which the text does not have. Immutable.
/// </summary>
public sealed class OrchestrationFailure
{
    /// <summary>The error type by which the Functions host and LocalHost fail an instance for its version.</summary>
    private const string VersionMismatch = "VersionMismatch";

    private const string NonDeterministic = "NonDeterministicOrchestrationException";

    /// <summary>How DurableTask.Core begins the message of its exception.</summary>
    private const string NonDeterministicText = "Non-Deterministic workflow detected";

    /// <summary>How the message of a failed activity begins: what follows is about the activity, and not about the history.</summary>
    private const string ActivityText = "Task '";

    /// <summary>Where in the JSON it was: System.Text.Json ends its messages with this and a number.</summary>
    private const string UnreadText = " | BytePositionInLine: ";

    private readonly TaskFailureDetails? _details;

    private OrchestrationFailure(TaskFailureDetails? details, string? message)
    {
        _details = details;
        Message = message;
    }

    /// <summary>What the engine says; null when it says nothing.</summary>
    public string? Message { get; }

    /// <summary>Whether the host failed the orchestration for its version, before code of this version ran for it.</summary>
    public bool IsOfAnotherVersion => _details?.ErrorType == VersionMismatch;

    /// <summary>Whether it failed since this version's code does not understand its history, or does not ask for what it has: another version began it.</summary>
    public bool IsUnrepeatable
    {
        get
        {
            // What an activity did is a cause of the failure: a history that cannot be read is the failure itself.
            var isUnread = _details?.ErrorType == typeof(JsonException).FullName;
            for (var failure = _details; failure is not null && !isUnread; failure = failure.InnerFailure)
            {
                isUnread = failure.ErrorType.EndsWith(NonDeterministic, StringComparison.Ordinal);
            }

            return isUnread;
        }
    }

    /// <summary>
    /// Whether it failed for what is stored of it, and not for a fault of this program: a next attempt may go on from the records, or says what is in its way.
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

    /// <param name="instance">With its outputs. One that has not failed has no answer but no.</param>
    public static OrchestrationFailure Of(OrchestrationMetadata instance)
    {
        ArgumentNullException.ThrowIfNull(instance);
        return instance.FailureDetails is { } details ? new OrchestrationFailure(details, details.ErrorMessage)
            : instance is { RuntimeStatus: OrchestrationRuntimeStatus.Failed, SerializedOutput: { } output } ? new OrchestrationFailure(Read(output.Trim('"')), output)
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
