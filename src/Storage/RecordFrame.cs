using System.Buffers;
using System.Buffers.Text;
using System.Numerics;
using System.Runtime.InteropServices;

namespace Orchestrator.Storage;

/// <summary>
/// One line of a log: <c>{"v":1,"n":12,"crc":"9ae0daaf","rec":…}</c>. <c>v</c> is the format's version, and <c>crc</c> is the CRC-32C of <c>n</c>
/// (8 bytes, little endian) and the record's bytes. <c>n</c> counts the lines from 0; the lines of a log with several writers have none.
/// </summary>
public static class RecordFrame
{
    /// <summary>The version that is written, and the newest version that is read.</summary>
    public const int Version = 1;

    private const int CrcLength = 8;

    /// <summary>Maximum number of bytes that a frame adds to a record.</summary>
    public const int Overhead = 64;

    private static ReadOnlySpan<byte> Start => "{\"v\":1"u8;

    private static ReadOnlySpan<byte> BeforeNumber => ",\"n\":"u8;

    private static ReadOnlySpan<byte> BeforeVersion => "{\"v\":"u8;

    private static ReadOnlySpan<byte> BeforeCrc => ",\"crc\":\""u8;

    private static ReadOnlySpan<byte> BeforeRecord => "\",\"rec\":"u8;

    private static ReadOnlySpan<byte> End => "}\n"u8;

    /// <summary>The reason why a record cannot be framed; null when it can.</summary>
    public static string? Reject(ReadOnlySpan<byte> record) =>
        record.IsEmpty ? "A record has at least one byte." :
        record.Contains((byte)'\n') ? "A record must not hold a line break: records are lines." :
        null;

    /// <summary>The reason why one of the records cannot be framed; null when all can. There must be one at least.</summary>
    public static string? RejectAny(IReadOnlyList<ReadOnlyMemory<byte>> records)
    {
        ArgumentNullException.ThrowIfNull(records);
        string? problem = records.Count == 0 ? "There is no record." : null;
        for (var at = 0; problem is null && at < records.Count; at++)
        {
            problem = Reject(records[at].Span);
        }

        return problem;
    }

    /// <summary>Writes the line with its line break and returns its length. The target has space for the record and <see cref="Overhead"/>.</summary>
    /// <param name="number">The line's number, from 0; null for none.</param>
    public static int Write(Span<byte> target, long? number, ReadOnlySpan<byte> record)
    {
        var rest = Put(PutNumber(Put(target, Start), number), BeforeCrc);
        Utf8Formatter.TryFormat(Checksum(number, record), rest, out _, new StandardFormat('x', CrcLength));
        rest = Put(rest[CrcLength..], BeforeRecord);
        rest = Put(rest, record);
        rest = Put(rest, End);
        return target.Length - rest.Length;
    }

    /// <summary>The line of a record without a number, with its line break.</summary>
    public static byte[] Of(ReadOnlySpan<byte> record)
    {
        var line = new byte[Start.Length + BeforeCrc.Length + CrcLength + BeforeRecord.Length + record.Length + End.Length];
        Write(line, null, record);
        return line;
    }

    /// <summary>Writes the line with its line break to the end of <paramref name="target"/>.</summary>
    /// <inheritdoc cref="Write(Span{byte}, long?, ReadOnlySpan{byte})" path="/param"/>
    public static void Write(MemoryStream target, long? number, ReadOnlySpan<byte> record)
    {
        ArgumentNullException.ThrowIfNull(target);
        var line = new byte[record.Length + Overhead];
        target.Write(line.AsSpan(0, Write(line, number, record)));
    }

    /// <summary>Reads a line without its line break.</summary>
    /// <param name="expectedNumber">Its number, from 0; null: it has none.</param>
    /// <returns>The damage, as the end of a sentence; null when the line is valid.</returns>
    public static string? Read(ReadOnlyMemory<byte> line, long? expectedNumber, out ReadOnlyMemory<byte> record)
    {
        record = default;
        var rest = line.Span;
        if (!rest.StartsWith(Start))
        {
            return "does not begin as a record does";
        }

        rest = rest[Start.Length..];
        long? number = null;
        if (expectedNumber is not null)
        {
            if (!rest.StartsWith(BeforeNumber) || !Utf8Parser.TryParse(rest[BeforeNumber.Length..], out long found, out var digits))
            {
                return "has no readable number";
            }

            number = found;
            rest = rest[(BeforeNumber.Length + digits)..];
        }

        if (!rest.StartsWith(BeforeCrc))
        {
            return expectedNumber is null ? "has no readable checksum" : "has no readable number";
        }

        rest = rest[BeforeCrc.Length..];
        if (rest.Length < CrcLength
            || !Utf8Parser.TryParse(rest[..CrcLength], out uint checksum, out var read, 'x')
            || read != CrcLength
            || rest[..CrcLength].ContainsAnyInRange((byte)'A', (byte)'F')
            || !rest[CrcLength..].StartsWith(BeforeRecord)
            || rest[^1] != (byte)'}')
        {
            return "has no readable checksum";
        }

        var at = line.Length - rest.Length + CrcLength + BeforeRecord.Length;
        var body = line[at..^1];
        if (Checksum(number, body.Span) != checksum)
        {
            return "does not match its checksum";
        }

        if (number != expectedNumber)
        {
            return $"carries the number {number}: records are missing, doubled or in another order";
        }

        record = body;
        return null;
    }

    /// <summary>The version of a line of a newer format; null for every other line, valid or not.</summary>
    public static int? NewerVersion(ReadOnlySpan<byte> line) =>
        line.StartsWith(BeforeVersion)
        && Utf8Parser.TryParse(line[BeforeVersion.Length..], out int version, out var digits)
        && version > Version
        && line[(BeforeVersion.Length + digits)..].StartsWith((byte)',')
            ? version
            : null;

    /// <summary>
    /// Whether bytes without a line break can be the rest of an interrupted write: the beginning of a line, perhaps followed by zeros that the file
    /// system allocated. A line that lacks only its last byte was changed otherwise.
    /// </summary>
    public static bool IsTorn(ReadOnlyMemory<byte> tail, long expectedNumber)
    {
        Span<byte> start = stackalloc byte[Overhead];
        var rest = Put(PutNumber(Put(start, Start), expectedNumber), BeforeCrc);
        start = start[..(Overhead - rest.Length)];
        var written = tail.Span.TrimEnd((byte)0);
        var common = Math.Min(written.Length, start.Length);
        return written[..common].SequenceEqual(start[..common]) && (tail.IsEmpty || Read(tail[..^1], expectedNumber, out _) is not null);
    }

    private static Span<byte> Put(Span<byte> target, ReadOnlySpan<byte> bytes)
    {
        bytes.CopyTo(target);
        return target[bytes.Length..];
    }

    private static Span<byte> PutNumber(Span<byte> target, long? number)
    {
        if (number is not { } digits)
        {
            return target;
        }

        var rest = Put(target, BeforeNumber);
        Utf8Formatter.TryFormat(digits, rest, out var length);
        return rest[length..];
    }

    /// <summary>The CRC-32C of a line's number, if it has one, and its record.</summary>
    internal static uint Checksum(long? number, ReadOnlySpan<byte> record)
    {
        var crc = number is { } counted ? BitOperations.Crc32C(uint.MaxValue, (ulong)counted) : uint.MaxValue;
        foreach (var word in MemoryMarshal.Cast<byte, ulong>(record))
        {
            crc = BitOperations.Crc32C(crc, BitConverter.IsLittleEndian ? word : System.Buffers.Binary.BinaryPrimitives.ReverseEndianness(word));
        }

        foreach (var value in record[(record.Length & ~7)..])
        {
            crc = BitOperations.Crc32C(crc, value);
        }

        return ~crc;
    }
}
