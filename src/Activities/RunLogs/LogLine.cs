using System.Security.Cryptography;
using System.Text.Json;
using System.Text.Json.Nodes;
using Orchestrator.Activities.Checkpoints;
using Orchestrator.Activities.Runs;
using Orchestrator.Storage;
using Orchestrator.Workflows.Runs;

namespace Orchestrator.Activities.RunLogs;

/// <summary>
/// One line of a run's log, ready to be appended. What is large is stored beside the log, so that a line is small enough for readers that do not need
/// it, and for one append.
/// </summary>
/// <param name="Record">What the line says.</param>
/// <param name="Bytes">The frame with its line break.</param>
/// <param name="Beside">The values to store before the line is appended, by their SHA-256.</param>
internal sealed record LogLine(LogRecord Record, ReadOnlyMemory<byte> Bytes, Dictionary<string, ReadOnlyMemory<byte>> Beside)
{
    /// <summary>Its checkpoint in memory; null when it is not kept.</summary>
    public KeptCheckpoint? Kept { get; set; }

    /// <summary>Maximum size in bytes of one member of a checkpoint, and of the value of a part, within its line.</summary>
    public const int MaxMember = 64 * 1024;

    /// <summary>Maximum size in bytes of an event: a quarter of the maximum of one append.</summary>
    public const int MaxEvent = 1024 * 1024;

    /// <summary>Maximum length in characters of a text that is cut.</summary>
    private const int MaxText = 8_000;

    /// <summary>Maximum number of warnings that are not cut off.</summary>
    private const int MaxWarnings = 20;

    private static readonly Dictionary<string, ReadOnlyMemory<byte>> Nothing = [];

    /// <summary>The line of an event that is not the end of an attempt. A text that is too large is cut; the run's record has the whole.</summary>
    public static LogLine Of(RunIdentity run, RunEvent item) => Of(run, new LogRecord { Event = item });

    /// <summary>The line of the start of work with which an execution takes its attempt.</summary>
    /// <param name="after"><see cref="LogRecord.After"/>.</param>
    public static LogLine OfStart(RunIdentity run, RunEvent started, string writer, string? after) =>
        Of(run, new LogRecord { Event = started, Writer = writer, After = after });

    /// <summary>The line with which an execution gives its attempt up.</summary>
    public static LogLine OfRelease(RunIdentity run, RunEvent started, string writer) =>
        Of(run, new LogRecord { Event = started, Writer = writer, Released = true });

    private static LogLine Of(RunIdentity run, LogRecord record)
    {
        record = record.Event!.Stamp == run.Stamp ? record : record with { Event = record.Event with { Stamp = run.Stamp } };
        if (Framed(record, MaxEvent) is { } line)
        {
            return new LogLine(record, line, Nothing);
        }

        record = record with { Event = Cut(record.Event!) };
        return new LogLine(record, Framed(record)!, Nothing);
    }

    /// <summary>The line of a checkpoint.</summary>
    /// <param name="ended">The name of the event that it is; null for none.</param>
    /// <param name="writer">Distinguishes this line from another one of the same attempt.</param>
    /// <param name="texts">How many pieces of streamed text the execution had.</param>
    /// <param name="after"><see cref="LogRecord.After"/>.</param>
    public static LogLine Of(RunIdentity run, string? ended, StepCheckpoint checkpoint, string writer, int texts = 0, string? after = null)
    {
        var record = new LogRecord
        {
            Ended = ended,
            Checkpoint = checkpoint.Stamp == run.Stamp ? checkpoint : checkpoint with { Stamp = run.Stamp },
            Writer = writer,
            After = after,
            Texts = texts == 0 ? null : texts,
        };
        if (Framed(record, MaxMember) is { } line)
        {
            return new LogLine(record, line, Nothing);
        }

        var parts = new Parts();
        record = parts.Move(record);
        return new LogLine(record, Framed(record)!, parts.Contents);
    }

    /// <summary>The line of a part of an attempt of the run.</summary>
    /// <param name="value">Its value in JSON, of any size.</param>
    public static LogLine Of(RunIdentity run, string name, int runAttempt, ReadOnlyMemory<byte> value)
    {
        var part = new LogPart(name, runAttempt, run.Stamp);
        if (value.Length <= MaxMember)
        {
            var whole = new LogRecord { Part = part with { Value = JsonSerializer.Deserialize<JsonElement>(value.Span) } };
            return new LogLine(whole, Framed(whole)!, Nothing);
        }

        var hash = Convert.ToHexStringLower(SHA256.HashData(value.Span));
        var record = new LogRecord { Part = part, Beside = new Dictionary<string, string> { [LogMember.Value] = hash } };
        return new LogLine(record, Framed(record)!, new Dictionary<string, ReadOnlyMemory<byte>> { [hash] = value });
    }

    /// <summary>The line of a piece of streamed text with its line break, which has no frame. A text that is too large is cut.</summary>
    public static byte[] OfText(RunIdentity run, RunEvent item)
    {
        item = item with { Stamp = run.Stamp };
        var json = Json(item);
        return [.. json.Length > MaxEvent ? Json(Cut(item)) : json, (byte)'\n'];
    }

    private static byte[] Json<T>(T value) => JsonSerializer.SerializeToUtf8Bytes(value, LogJson.Compact);

    /// <summary>The record in its frame; null when it has more than <paramref name="most"/> bytes of JSON.</summary>
    private static byte[]? Framed(LogRecord record, int most = int.MaxValue) =>
        LogJson.Write(record, most, static (json, most) => json.Length <= most ? RecordFrame.Of(json) : null);

    private static RunEvent Cut(RunEvent item)
    {
        var whole = (item.StepPath is null ? RunKeys.Record(item.RunId) : RunKeys.Log(item.RunId)).Value;
        return item with
        {
            Text = item.Text is { } text ? Cut(text, whole) : null,
            Reason = item.Reason is { } reason ? Cut(reason, whole) : null,
            Error = item.Error is { } error ? Cut(error, whole) : null,
            Warnings = item.Warnings is { } warnings ? Cut(warnings, whole) : null,
        };
    }

    private static WorkflowError Cut(WorkflowError error, string whole) => error with
    {
        Message = Cut(error.Message, whole),
        Details = error.Details is { } details && Json(details).Length > MaxText
            ? new JsonObject { ["cut"] = $"The whole is in '{whole}'." }
            : error.Details,
    };

    private static List<string> Cut(IReadOnlyList<string> warnings, string whole) =>
        [.. warnings.Take(MaxWarnings).Select(warning => Cut(warning, whole))];

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

    /// <summary>Moves the large members of a checkpoint out of its record. For one record.</summary>
    private sealed class Parts
    {
        private readonly Dictionary<string, ReadOnlyMemory<byte>> _contents = [];
        private readonly Dictionary<string, string> _hashes = [];

        public Dictionary<string, ReadOnlyMemory<byte>> Contents => _contents;

        public LogRecord Move(LogRecord record)
        {
            var checkpoint = record.Checkpoint!;
            return record with
            {
                Checkpoint = checkpoint with
                {
                    Inputs = Move(LogMember.Inputs, checkpoint.Inputs) is null ? checkpoint.Inputs : null,
                    Output = Move(LogMember.Output, checkpoint.Output) is null ? checkpoint.Output : null,
                    Transformed = Move(LogMember.Transformed, checkpoint.Transformed) is null ? checkpoint.Transformed : null,
                    Error = Move(LogMember.Error, checkpoint.Error) is { } error ? Cut(checkpoint.Error!, KeyOf(checkpoint, error)) : checkpoint.Error,
                    Warnings = Move(LogMember.Warnings, checkpoint.Warnings) is { } warnings
                        ? Cut(checkpoint.Warnings, KeyOf(checkpoint, warnings))
                        : checkpoint.Warnings,
                },
                Beside = _hashes.Count == 0 ? null : _hashes,
            };
        }

        private static string KeyOf(StepCheckpoint checkpoint, string hash) => RunKeys.Value(checkpoint.RunId, hash).Value;

        /// <summary>The hash under which the member is stored beside the log; null when it stays in the line.</summary>
        private string? Move<T>(string member, T? value)
            where T : class
        {
            if (value is null || Json(value) is not { Length: > MaxMember } content)
            {
                return null;
            }

            var hash = Convert.ToHexStringLower(SHA256.HashData(content));
            _contents[hash] = content;
            _hashes[member] = hash;
            return hash;
        }
    }
}

/// <summary>The members of checkpoints and parts that may be stored beside the log, as <see cref="LogRecord.Beside"/> names them.</summary>
internal static class LogMember
{
    public const string Inputs = "inputs";
    public const string Output = "output";
    public const string Transformed = "transformed";
    public const string Error = "error";
    public const string Warnings = "warnings";

    /// <summary>The value of a part.</summary>
    public const string Value = "value";

    /// <summary>Whether steps that depend on the attempt's step read the member.</summary>
    public static bool IsOutput(string member) => member is Output or Transformed;
}
