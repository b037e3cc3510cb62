using System.Buffers;
using System.Runtime.CompilerServices;
using System.Text.Json;

namespace Orchestrator.LocalHost.Journal;

/// <summary>Reads the lines of a history file. What follows the last line break is a torn write and is not a record.</summary>
internal sealed class JournalFileReader(string path)
{
    private const int FirstBuffer = 64 * 1024;

    /// <summary>Whose history it is; null until the header was read.</summary>
    public JournalHeader? Header { get; private set; }

    /// <summary>Complete records read so far, the header not counted.</summary>
    public long Records { get; private set; }

    /// <summary>Where the last complete line ends, in bytes.</summary>
    public long GoodLength { get; private set; }

    /// <exception cref="JournalCorruptException">A complete line is damaged.</exception>
    public async IAsyncEnumerable<ReadOnlyMemory<byte>> ReadAsync(long length, [EnumeratorCancellation] CancellationToken cancellation)
    {
        using var file = File.OpenHandle(path, FileMode.Open, FileAccess.Read, FileShare.ReadWrite | FileShare.Delete);
        var buffer = ArrayPool<byte>.Shared.Rent((int)Math.Min(Math.Max(length, 1), FirstBuffer));
        try
        {
            var (from, to, offset) = (0, 0, 0L);
            while (offset < length)
            {
                cancellation.ThrowIfCancellationRequested();
                if (to == buffer.Length)
                {
                    buffer = MakeRoom(buffer, ref from, ref to);
                }

                var wanted = (int)Math.Min(buffer.Length - to, length - offset);
                var read = await RandomAccess.ReadAsync(file, buffer.AsMemory(to, wanted), offset, cancellation).ConfigureAwait(false);
                if (read == 0)
                {
                    break;
                }

                to += read;
                offset += read;
                for (var end = LineEnd(buffer, from, to); end >= 0; end = LineEnd(buffer, from, to))
                {
                    if (Take(buffer.AsMemory(from, end - from)) is { } record)
                    {
                        yield return record;
                    }

                    from = end + 1;
                }
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

    private ReadOnlyMemory<byte>? Take(ReadOnlyMemory<byte> line)
    {
        var number = Header is null ? 0 : Records + 1;
        if (RecordFrame.Read(line, number, out var record) is { } problem)
        {
            throw new JournalCorruptException(path, number, GoodLength, problem);
        }

        if (Header is null)
        {
            Header = ReadHeader(record);
            GoodLength += line.Length + 1;
            return null;
        }

        Records++;
        GoodLength += line.Length + 1;
        return record;
    }

    private JournalHeader ReadHeader(ReadOnlyMemory<byte> record)
    {
        try
        {
            return JsonSerializer.Deserialize(record.Span, JournalHeaderContext.Default.JournalHeader) ?? throw new JsonException("The header is null.");
        }
        catch (JsonException)
        {
            throw new JournalCorruptException(path, 0, 0, "is no header");
        }
    }
}
