using System.Text.Json;
using System.Text.Json.Nodes;
using Orchestrator.Activities.Runs;
using Orchestrator.Workflows.Runs;
using Orchestrator.Workflows.Serialization;

namespace Orchestrator.Activities.Feed;

/// <summary>
/// Serializes an event as one line of the feed. An error may contain more text of a tool or a model than one append takes; it is cut so that the
/// append does not fail.
/// </summary>
internal static class EventLine
{
    /// <summary>Maximum size of a line in bytes: a quarter of the maximum of one append.</summary>
    public const int MaxBytes = 1024 * 1024;

    /// <summary>Maximum length in characters of a text in an event that is cut.</summary>
    private const int MaxText = 8_000;

    /// <summary>Maximum number of warnings in an event that is cut.</summary>
    private const int MaxWarnings = 20;

    /// <summary>The line without its line break, at most <see cref="MaxBytes"/> long.</summary>
    public static byte[] Of(RunEvent item)
    {
        var line = Bytes(item);
        return line.Length <= MaxBytes ? line : Bytes(Cut(item));
    }

    private static byte[] Bytes(RunEvent item) => JsonSerializer.SerializeToUtf8Bytes(item, WorkflowJson.Compact);

    private static RunEvent Cut(RunEvent item)
    {
        var whole = item is { StepPath: { } step, Attempt: { } attempt }
            ? RunKeys.Checkpoint(item.RunId, step, item.RunAttempt, attempt)
            : RunKeys.Record(item.RunId);
        var warnings = item.Warnings is { } all ? all.Take(MaxWarnings).Select(warning => Cut(warning, whole.Value)).ToList() : null;
        return item with
        {
            Text = item.Text is { } text ? Cut(text, whole.Value) : null,
            Reason = item.Reason is { } reason ? Cut(reason, whole.Value) : null,
            Error = item.Error is { } error ? Cut(error, whole.Value) : null,
            Warnings = warnings,
        };
    }

    private static WorkflowError Cut(WorkflowError error, string whole) => error with
    {
        Message = Cut(error.Message, whole),
        Details = error.Details is { } details && JsonSerializer.SerializeToUtf8Bytes(details, WorkflowJson.Compact).Length > MaxText
            ? new JsonObject { ["cut"] = $"The whole is in '{whole}'." }
            : error.Details,
    };

    private static string Cut(string text, string whole)
    {
        if (text.Length <= MaxText)
        {
            return text;
        }

        // Do not cut a surrogate pair in two.
        var length = char.IsHighSurrogate(text[MaxText - 1]) ? MaxText - 1 : MaxText;
        return $"{text[..length]}… (cut from {text.Length} characters; the whole is in '{whole}')";
    }
}
