using Orchestrator.Storage;
using Orchestrator.Workflows.Serialization;

namespace Orchestrator.Activities.RunLogs;

/// <summary>The complete lines of a part of a log.</summary>
/// <param name="Records">The records without the values of checkpoints, each with where its line begins and how long it is, in bytes.</param>
/// <param name="Flaws">The lines that are not records.</param>
/// <param name="Next">Where the next line begins, in bytes.</param>
internal sealed record LogPage(IReadOnlyList<(LogRecord Record, long Offset, int Length)> Records, IReadOnlyList<LogFlaw> Flaws, long Next)
{
    private ReadOnlyMemory<byte> _bytes;
    private long _offset;

    /// <summary>A line of this page with its line break.</summary>
    public ReadOnlyMemory<byte> Line(long offset, int length) => _bytes.Slice((int)(offset - _offset), length);

    /// <summary>Parses the complete lines of these bytes.</summary>
    /// <param name="offset">Where the bytes begin in the log.</param>
    public static LogPage Of(ReadOnlyMemory<byte> bytes, long offset)
    {
        var (all, start) = (bytes, offset);
        var records = new List<(LogRecord, long, int)>();
        var flaws = new List<LogFlaw>();
        while (bytes.Span.IndexOf((byte)'\n') is var end and >= 0)
        {
            if (end >= IContentStore.MaxAppendBytes)
            {
                flaws.Add(TooLong(offset));
            }
            else if (Parse(bytes[..end], withValues: false, out var record) is { } damage)
            {
                flaws.Add(new LogFlaw(offset, damage));
            }
            else
            {
                records.Add((record!, offset, end + 1));
            }

            offset += end + 1;
            bytes = bytes[(end + 1)..];
        }

        return new LogPage(records, flaws, offset) { _bytes = all, _offset = start };
    }

    /// <summary>The flaw of a line that is longer than what one append writes.</summary>
    public static LogFlaw TooLong(long offset) => new(offset, $"is longer than {IContentStore.MaxAppendBytes} bytes, which no record is");

    /// <summary>Parses a line without its line break.</summary>
    /// <returns>What is wrong with it, as the end of a sentence; null when it is valid.</returns>
    public static string? Parse(ReadOnlyMemory<byte> line, bool withValues, out LogRecord? record)
    {
        record = null;
        if (RecordFrame.Read(line, null, out var json) is { } damage)
        {
            return RecordFrame.NewerVersion(line.Span) is { } version ? Newer(version) : damage;
        }

        record = LogRecord.Parse(json.Span, withValues);
        return record switch
        {
            null => "is not a record of a run",
            { Checkpoint.Format: > IStoredRecord.CurrentFormat and var format } => Newer(format),
            _ => null,
        };
    }

    private static string Newer(int format) =>
        $"was written by a newer version of orchestrator, in format {format}; this one reads formats up to {IStoredRecord.CurrentFormat}";
}
