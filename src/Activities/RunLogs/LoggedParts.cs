namespace Orchestrator.Activities.RunLogs;

/// <summary>
/// The parts of a run's attempts that its log has. Of several of one name the first counts; those of another run of the id are none. For one reader,
/// from the beginning of the log on; not thread-safe.
/// </summary>
/// <param name="stamp">The run's stamp.</param>
internal sealed class LoggedParts(string? stamp)
{
    private readonly Dictionary<string, LoggedPart> _parts = new(StringComparer.Ordinal);

    /// <summary>The first line that cannot be read; null for none. A part that the log lacks may be there.</summary>
    public LogFlaw? Flaw { get; private set; }

    /// <summary>Takes the next lines.</summary>
    public void Read(LogPage page)
    {
        foreach (var (record, offset, length) in page.Records)
        {
            if (record.Part is { } part && record.IsOf(stamp))
            {
                _parts.TryAdd(part.Name, new LoggedPart(record.Beside?.GetValueOrDefault(LogMember.Value), page.Line(offset, length), offset));
            }
        }

        Flaw ??= page.Flaws.Count > 0 ? page.Flaws[0] : null;
    }

    /// <summary>The part of this name; null when the lines so far have none.</summary>
    public LoggedPart? Find(string name) => _parts.GetValueOrDefault(name);
}

/// <summary>A part of an attempt of a run in the log.</summary>
/// <param name="Hash">The hash under which its value is stored beside the log; null when the line has it.</param>
/// <param name="Line">Its line with the line break.</param>
/// <param name="Offset">Where its line begins, in bytes.</param>
internal sealed record LoggedPart(string? Hash, ReadOnlyMemory<byte> Line, long Offset);
