using System.Text.Json;
using Orchestrator.Activities.Runs;
using Orchestrator.Workflows.Runs;
using Orchestrator.Workflows.Serialization;

namespace Orchestrator.Activities.Feed;

/// <summary>One event as a line of the feed. What a tool or a model put into an error can be larger than the store takes at once; cutting it keeps the append from failing.</summary>
internal static class EventLine
{
    /// <summary>Maximum size of a line in bytes: a quarter of what one append may carry.</summary>
    public const int MaxBytes = 1024 * 1024;

    /// <summary>What is left of a text that is cut, in characters.</summary>
    private const int MaxText = 8_000;

    private const int MaxWarnings = 20;

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
            ? new System.Text.Json.Nodes.JsonObject { ["cut"] = $"The whole is in '{whole}'." }
            : error.Details,
    };

    private static string Cut(string text, string whole)
    {
        if (text.Length <= MaxText)
        {
            return text;
        }

        // Never within a surrogate pair.
        var length = char.IsHighSurrogate(text[MaxText - 1]) ? MaxText - 1 : MaxText;
        return $"{text[..length]}… (cut from {text.Length} characters; the whole is in '{whole}')";
    }
}
