using System.Buffers;
using System.Buffers.Binary;
using System.Globalization;
using System.Text;
using Microsoft.Win32.SafeHandles;

namespace Orchestrator.Storage.Files.WriteAhead;

/// <summary>
/// One file of a <see cref="WriteAheadLog"/>: a header that names the start of the system in which it was written, then records. A record is its
/// length and its CRC-32C (4 bytes each, little endian) and a <see cref="FileChange"/>. Not thread-safe.
/// </summary>
internal sealed class WalSegment : IDisposable
{
    private const string NameStart = "segment-";
    private const string Magic = "orchestrator-wal 1 ";
    private const int HeaderLength = 128;
    private const int IdLength = 16;
    private const int FrameLength = 2 * sizeof(int);

    private readonly SafeFileHandle _file;

    private WalSegment(SafeFileHandle file, long number, string boot, long id) => (_file, Number, Boot, Id) = (file, number, boot, id);

    /// <summary>Segments are numbered from 1 without a gap.</summary>
    public long Number { get; }

    /// <summary>Identifies the start of the system in which the segment was created; empty when the header is incomplete.</summary>
    public string Boot { get; }

    /// <summary>
    /// Distinguishes the segment from one that had its number before: a file that was deleted stays usable for a process that has it open. Random, not 0;
    /// 0 when the header is incomplete.
    /// </summary>
    public long Id { get; }

    /// <summary>The length of the file in bytes.</summary>
    public long Length => RandomAccess.GetLength(_file);

    /// <summary>Where the first record begins, in bytes.</summary>
    public static long Start => HeaderLength;

    /// <summary>The file of the segment.</summary>
    public required string FilePath { get; init; }

    /// <summary>The numbers of all segments in a folder, in ascending order.</summary>
    public static List<long> AllIn(string folder) =>
    [
        .. Directory.EnumerateFiles(folder, NameStart + "*")
            .Select(path => long.TryParse(
                Path.GetFileName(path).AsSpan(NameStart.Length), NumberStyles.None, CultureInfo.InvariantCulture, out var number) ? number : 0)
            .Where(number => number > 0).Order(),
    ];

    /// <summary>The numbers of the segments in a folder, in ascending order, without those before a gap: their deletion was lost in a crash.</summary>
    public static List<long> NumbersIn(string folder)
    {
        var numbers = AllIn(folder);
        var first = numbers.Count - 1;
        while (first > 0 && numbers[first - 1] == numbers[first] - 1)
        {
            first--;
        }

        return first < 0 ? [] : numbers[first..];
    }

    /// <summary>Creates a segment. It is durable when the method returns.</summary>
    public static WalSegment Create(string folder, long number, string boot)
    {
        var path = PathOf(folder, number);
        var file = File.OpenHandle(path, FileMode.Create, FileAccess.ReadWrite, FileShare.ReadWrite | FileShare.Delete);
        try
        {
            var id = Random.Shared.NextInt64(1, long.MaxValue);
            Span<byte> header = stackalloc byte[HeaderLength];
            header.Fill((byte)' ');
            Encoding.ASCII.GetBytes(string.Create(CultureInfo.InvariantCulture, $"{Magic}{id:x16} {boot}"), header);
            header[^1] = (byte)'\n';
            RandomAccess.Write(file, header, 0);
            DiskFlush.Flush(file);
            DiskFlush.FlushFolder(folder);
            return new WalSegment(file, number, boot, id) { FilePath = path };
        }
        catch
        {
            file.Dispose();
            throw;
        }
    }

    public static WalSegment Open(string folder, long number, FileAccess access = FileAccess.ReadWrite)
    {
        var path = PathOf(folder, number);
        var file = File.OpenHandle(path, FileMode.Open, access, FileShare.ReadWrite | FileShare.Delete);
        try
        {
            Span<byte> header = stackalloc byte[HeaderLength];
            var read = RandomAccess.Read(file, header, 0);
            var text = Encoding.ASCII.GetString(header[..read]);
            return read == HeaderLength && text.StartsWith(Magic, StringComparison.Ordinal)
                && long.TryParse(text.AsSpan(Magic.Length, IdLength), NumberStyles.HexNumber, CultureInfo.InvariantCulture, out var id)
                ? new WalSegment(file, number, text[(Magic.Length + IdLength)..].Trim(), id) { FilePath = path }
                : new WalSegment(file, number, "", 0) { FilePath = path };
        }
        catch
        {
            file.Dispose();
            throw;
        }
    }

    /// <summary>Deletes the segment of this number; a missing one is not an error.</summary>
    public static void Delete(string folder, long number) => File.Delete(PathOf(folder, number));

    public void Dispose() => _file.Dispose();

    public void Flush() => DiskFlush.Flush(_file);

    /// <summary>Removes what is behind the last complete record.</summary>
    public void Truncate(long end) => RandomAccess.SetLength(_file, end);

    /// <summary>Writes the records of changes, in one write.</summary>
    /// <returns>Where they end, in bytes.</returns>
    public long Append(IEnumerable<FileChange> changes, string root, long offset, bool flush)
    {
        var all = changes as IReadOnlyCollection<FileChange> ?? [.. changes];
        var buffer = ArrayPool<byte>.Shared.Rent(all.Sum(change => FrameLength + change.MaxLength(root)));
        try
        {
            var length = 0;
            foreach (var change in all)
            {
                var body = change.Write(buffer.AsSpan(length + FrameLength, change.MaxLength(root)), root);
                BinaryPrimitives.WriteInt32LittleEndian(buffer.AsSpan(length), body);
                BinaryPrimitives.WriteUInt32LittleEndian(
                    buffer.AsSpan(length + sizeof(int)), RecordFrame.Checksum(null, buffer.AsSpan(length + FrameLength, body)));
                length += FrameLength + body;
            }

            RandomAccess.Write(_file, buffer.AsSpan(0, length), offset);
            if (flush)
            {
                Flush();
            }

            return offset + length;
        }
        finally
        {
            ArrayPool<byte>.Shared.Return(buffer);
        }
    }

    /// <summary>Reads the changes from an offset on, up to the end or the first incomplete record.</summary>
    /// <param name="end">Where the last complete record ends, in bytes.</param>
    public List<FileChange> Read(string root, long offset, out long end)
    {
        var bytes = new byte[Math.Max(0, Length - offset)];
        var read = RandomAccess.Read(_file, bytes, offset);
        var rest = bytes.AsMemory(0, read);
        var changes = new List<FileChange>();
        end = offset;
        while (rest.Length >= FrameLength
            && BinaryPrimitives.ReadInt32LittleEndian(rest.Span) is > 0 and var length
            && length <= rest.Length - FrameLength
            && rest.Slice(FrameLength, length) is var body
            && RecordFrame.Checksum(null, body.Span) == BinaryPrimitives.ReadUInt32LittleEndian(rest.Span[sizeof(int)..]))
        {
            changes.Add(FileChange.Read(body, root));
            end += FrameLength + length;
            rest = rest[(FrameLength + length)..];
        }

        return changes;
    }

    /// <summary>
    /// Whether a complete record follows behind the offset although none begins there: then what is there is damaged, and not just incomplete.
    /// </summary>
    public bool HasRecordBehind(long offset)
    {
        var bytes = new byte[Math.Max(0, Length - offset)];
        var rest = bytes.AsSpan(0, RandomAccess.Read(_file, bytes, offset));
        for (var at = 1; at + FrameLength < rest.Length; at++)
        {
            var length = BinaryPrimitives.ReadInt32LittleEndian(rest[at..]);
            if (length > 0 && length <= rest.Length - at - FrameLength
                && Enum.IsDefined((FileChangeKind)rest[at + FrameLength])
                && RecordFrame.Checksum(null, rest.Slice(at + FrameLength, length)) == BinaryPrimitives.ReadUInt32LittleEndian(rest[(at + sizeof(int))..]))
            {
                return true;
            }
        }

        return false;
    }

    private static string PathOf(string folder, long number) =>
        Path.Combine(folder, string.Create(CultureInfo.InvariantCulture, $"{NameStart}{number:D12}"));
}
