using System.Buffers;
using System.Runtime.CompilerServices;
using System.Text.Json;
using System.Text.Json.Serialization;

namespace Orchestrator.LocalHost.Journal;

/// <summary>Reads the lines of a history from its sources, one after the other, and checks each.</summary>
/// <param name="id">Whose history it should be; null when only the header knows.</param>
internal sealed class JournalReader(JournalId? id)
{
    private const int FirstBuffer = 64 * 1024;

    /// <summary>Whose history it is; null until the header was read.</summary>
    public JournalHeader? Header { get; private set; }

    /// <summary>Complete records read so far, the header not counted.</summary>
    public long Records { get; private set; }

    /// <summary>Where the last complete line of the source ends, in bytes.</summary>
    public long GoodLength { get; private set; }

    private long Next => Header is null ? 0 : Records + 1;

    /// <summary>Reads on in a source. A record's memory is valid until the next one is asked for.</summary>
    /// <exception cref="JournalCorruptException">A line is damaged, or belongs to another history.</exception>
    /// <exception cref="JournalVersionException">A newer version of the program wrote here.</exception>
    public async IAsyncEnumerable<ReadOnlyMemory<byte>> ReadAsync(IJournalSource source, [EnumeratorCancellation] CancellationToken cancellation)
    {
        GoodLength = 0;
        var buffer = ArrayPool<byte>.Shared.Rent(FirstBuffer);
        try
        {
            var (from, to) = (0, 0);
            while (true)
            {
                if (to == buffer.Length)
                {
                    buffer = MakeRoom(buffer, ref from, ref to);
                }

                var read = await source.ReadAsync(buffer.AsMemory(to), cancellation).ConfigureAwait(false);
                if (read == 0)
                {
                    break;
                }

                to += read;
                for (var end = LineEnd(buffer, from, to); end >= 0; end = LineEnd(buffer, from, to))
                {
                    if (Take(source, buffer.AsMemory(from, end - from)) is { } record)
                    {
                        yield return record;
                    }

                    from = end + 1;
                }
            }

            if (from < to)
            {
                CheckTail(source, buffer.AsMemory(from, to - from));
            }
        }
        finally
        {
            ArrayPool<byte>.Shared.Return(buffer);
        }
    }

    private static int LineEnd(byte[] buffer, int from, int to)
    {
        var at = buffer.AsSpan(from, to - from).IndexOf((byte)'\n');
        return at < 0 ? -1 : from + at;
    }

    private static byte[] MakeRoom(byte[] buffer, ref int from, ref int to)
    {
        var rest = buffer.AsSpan(from, to - from);
        var target = rest.Length > buffer.Length / 2 ? ArrayPool<byte>.Shared.Rent(buffer.Length * 2) : buffer;
        rest.CopyTo(target);
        if (target != buffer)
        {
            ArrayPool<byte>.Shared.Return(buffer);
        }

        (from, to) = (0, rest.Length);
        return target;
    }

    private ReadOnlyMemory<byte>? Take(IJournalSource source, ReadOnlyMemory<byte> line)
    {
        if (RecordFrame.Read(line, Next, out var record) is { } problem)
        {
            throw Refusal(source, line, problem);
        }

        if (Header is null)
        {
            Header = ReadHeader(source, record);
            GoodLength += line.Length + 1;
            return null;
        }

        Records++;
        GoodLength += line.Length + 1;
        return record;
    }

    private void CheckTail(IJournalSource source, ReadOnlyMemory<byte> tail)
    {
        if (!source.CanBeTorn || !RecordFrame.IsTorn(tail, Next))
        {
            throw Refusal(source, tail, "has no line break at its end, and is not what a crash leaves of a record");
        }
    }

    private JournalException Refusal(IJournalSource source, ReadOnlyMemory<byte> line, string problem) =>
        RecordFrame.NewerVersion(line.Span) is { } version
            ? new JournalVersionException(source.Location, Next, GoodLength, version)
            : new JournalCorruptException(source.Location, Next, GoodLength, problem);

    private JournalHeader ReadHeader(IJournalSource source, ReadOnlyMemory<byte> record)
    {
        JournalHeader? header;
        try
        {
            header = JsonSerializer.Deserialize(record.Span, JournalHeaderContext.Default.JournalHeader);
        }
        catch (JsonException)
        {
            header = null;
        }

        if (header?.Instance is null)
        {
            throw new JournalCorruptException(source.Location, 0, 0, "is no header");
        }

        var found = new JournalId(header.Instance, header.Generation);
        return id is { } expected && found != expected
            ? throw new JournalCorruptException(source.Location, 0, 0, $"says that this is the history of '{found}', not of '{expected}': it was renamed or copied")
            : header;
    }
}

/// <summary>The bytes of a history, or of a part of it, from the first on.</summary>
internal interface IJournalSource
{
    /// <summary>What errors call it.</summary>
    public string Location { get; }

    /// <summary>True when a crash can leave the beginning of a line at the end; false where a write is there as a whole or not at all.</summary>
    public bool CanBeTorn { get; }

    /// <summary>The next bytes.</summary>
    /// <returns>How many; 0 at the end.</returns>
    /// <exception cref="JournalException">The device failed.</exception>
    public ValueTask<int> ReadAsync(Memory<byte> buffer, CancellationToken cancellation);
}

/// <summary>The first line of every history file: whose it is, since a file's name may hold only a hash of the id.</summary>
internal sealed record JournalHeader([property: JsonPropertyName("instance")] string Instance, [property: JsonPropertyName("generation")] int Generation)
{
    /// <summary>What an extract says of itself and of its history; null in every other file.</summary>
    [JsonPropertyName("extract")]
    [JsonIgnore(Condition = JsonIgnoreCondition.WhenWritingNull)]
    public ExtractHeader? Extract { get; init; }
}

/// <summary>With it, an extract that a crash cut off, or one of another history, is recognized.</summary>
/// <param name="HistoryLength">How long the history is, in bytes.</param>
/// <param name="Records">How many records follow.</param>
internal sealed record ExtractHeader([property: JsonPropertyName("historyLength")] long HistoryLength, [property: JsonPropertyName("records")] int Records);

[JsonSerializable(typeof(JournalHeader))]
internal sealed partial class JournalHeaderContext : JsonSerializerContext;
