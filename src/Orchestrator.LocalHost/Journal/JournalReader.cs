using System.Buffers;
using System.Collections.Concurrent;
using System.Runtime.CompilerServices;
using System.Text.Json;
using System.Text.Json.Serialization;
using Orchestrator.Storage;

namespace Orchestrator.LocalHost.Journal;

/// <summary>Reads and checks the lines of a history from its sources.</summary>
/// <param name="id">The expected history; null when it is known from the header only.</param>
internal sealed class JournalReader(JournalId? id)
{
    private const int FirstBuffer = 64 * 1024;

    /// <summary>The header; null until it was read.</summary>
    public JournalHeader? Header { get; private set; }

    /// <summary>The number of complete records read so far, without the header.</summary>
    public long Records { get; private set; }

    /// <summary>The end of the last complete line of the source, in bytes.</summary>
    public long GoodLength { get; private set; }

    private long Next => Header is null ? 0 : Records + 1;

    /// <summary>Reads the records of the next source. The memory of a record is valid until the next record is requested.</summary>
    /// <exception cref="JournalCorruptException">A line is damaged, or belongs to another history.</exception>
    /// <exception cref="JournalVersionException">A newer version of the program wrote the history.</exception>
    public async IAsyncEnumerable<ReadOnlyMemory<byte>> ReadAsync(IJournalSource source, [EnumeratorCancellation] CancellationToken cancellationToken)
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
                    buffer = GrowBuffer(buffer, ref from, ref to);
                }

                var read = await source.ReadAsync(buffer.AsMemory(to), cancellationToken).ConfigureAwait(false);
                if (read == 0)
                {
                    break;
                }

                to += read;
                for (var end = LineEnd(buffer, from, to); end >= 0; end = LineEnd(buffer, from, to))
                {
                    if (AcceptLine(source, buffer.AsMemory(from, end - from)) is { } record)
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

    private static byte[] GrowBuffer(byte[] buffer, ref int from, ref int to)
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

    private ReadOnlyMemory<byte>? AcceptLine(IJournalSource source, ReadOnlyMemory<byte> line)
    {
        if (RecordFrame.Read(line, Next, out var record) is { } problem)
        {
            throw Invalid(source, line, problem);
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
            throw Invalid(source, tail, "has no line break at its end and is not an interrupted write");
        }
    }

    private JournalException Invalid(IJournalSource source, ReadOnlyMemory<byte> line, string problem) =>
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
            ? throw new JournalCorruptException(
                source.Location, 0, 0, $"says that this is the history of '{found}', not of '{expected}': it was renamed or copied")
            : header;
    }
}

/// <summary>
/// Reads the ids of histories whose names have only a hash from their headers. When a header is unreadable, the name is used as the id: reading that
/// history throws the reason, and no other history is affected. Thread-safe.
/// </summary>
internal sealed class HistoryHeaders
{
    private readonly ConcurrentDictionary<JournalId, JournalException> _unreadable = new();

    /// <summary>Reads the id from a header; null when the history is empty or was deleted.</summary>
    /// <param name="name">The name of the history's file or blobs, with the extension.</param>
    /// <param name="open">Opens the history; null when it was deleted.</param>
    public async Task<JournalId?> ReadIdAsync(string name, Func<IJournalSource?> open, CancellationToken cancellationToken)
    {
        try
        {
            using var source = open();
            if (source is null)
            {
                return null;
            }

            var reader = new JournalReader(null);
            await foreach (var _ in reader.ReadAsync(source, cancellationToken).ConfigureAwait(false))
            {
                break;
            }

            if (reader.Header is not { } header)
            {
                return null;
            }

            var id = new JournalId(header.Instance, header.Generation);
            return InstanceFileName.Encode(id) == name
                ? id
                : throw new JournalCorruptException(
                    source.Location, 0, 0, $"says that this is the history of '{id}', whose file has another name: it was renamed or copied");
        }
        catch (JournalException exception)
        {
            var unknown = new JournalId(name, 0);
            _unreadable[unknown] = exception;
            return unknown;
        }
    }

    /// <exception cref="JournalException">The header of this history is unreadable.</exception>
    public void ThrowIfUnreadable(JournalId id)
    {
        if (_unreadable.TryGetValue(id, out var reason))
        {
            throw reason;
        }
    }
}

/// <summary>Reads the bytes of a history, or of a segment of it, in order.</summary>
internal interface IJournalSource : IDisposable
{
    /// <summary>The location that errors name.</summary>
    public string Location { get; }

    /// <summary>Whether a crash can leave an incomplete last line; false where writes are atomic.</summary>
    public bool CanBeTorn { get; }

    /// <summary>Reads the next bytes.</summary>
    /// <returns>The number of bytes; 0 at the end.</returns>
    /// <exception cref="JournalException">The read failed.</exception>
    public ValueTask<int> ReadAsync(Memory<byte> buffer, CancellationToken cancellationToken);
}

/// <summary>The first line of every history file. It has the id, because the file name may have only its hash.</summary>
internal sealed record JournalHeader(
    [property: JsonPropertyName("instance")] string Instance, [property: JsonPropertyName("generation")] int Generation)
{
    /// <summary>Set in extracts only; null in other files.</summary>
    [JsonPropertyName("extract")]
    [JsonIgnore(Condition = JsonIgnoreCondition.WhenWritingNull)]
    public ExtractHeader? Extract { get; init; }

    /// <summary>The header of a history or, with <paramref name="extract"/>, of its extract.</summary>
    public static byte[] Write(JournalId id, ExtractHeader? extract = null) => JsonSerializer.SerializeToUtf8Bytes(
        new JournalHeader(id.InstanceId, id.Generation) { Extract = extract }, JournalHeaderContext.Default.JournalHeader);
}

/// <summary>Detects an extract that is incomplete or belongs to another history.</summary>
/// <param name="HistoryLength">The length of the history in bytes.</param>
/// <param name="Records">The number of records that follow.</param>
internal sealed record ExtractHeader(
    [property: JsonPropertyName("historyLength")] long HistoryLength, [property: JsonPropertyName("records")] int Records);

[JsonSerializable(typeof(JournalHeader))]
internal sealed partial class JournalHeaderContext : JsonSerializerContext;
