using System.Text;

namespace Orchestrator.Storage.Tests;

public sealed class RecordFrameTests
{
    /// <summary>Values of another CRC-32C: a line that is written today must be readable by every later version.</summary>
    [Theory]
    [InlineData(null, "{\"v\":1,\"crc\":\"e3069283\",\"rec\":123456789}\n")]
    [InlineData(0L, "{\"v\":1,\"n\":0,\"crc\":\"820e59c9\",\"rec\":123456789}\n")]
    [InlineData(12L, "{\"v\":1,\"n\":12,\"crc\":\"0c8f515e\",\"rec\":123456789}\n")]
    public void Line_has_the_published_form(long? number, string expected) => Assert.Equal(expected, Line(number, "123456789"));

    [Theory]
    [InlineData(null)]
    [InlineData(0L)]
    [InlineData(long.MaxValue)]
    public void Record_is_read_back(long? number)
    {
        foreach (var record in (string[])["1", "{}", "\"}\"", "{\"text\":\"\\n}\"}", new string('ü', 100_000)])
        {
            Assert.Null(RecordFrame.Read(Bytes(Line(number, record)).AsMemory()[..^1], number, out var read));
            Assert.Equal(record, Encoding.UTF8.GetString(read.Span));
        }
    }

    [Theory]
    [InlineData(null)]
    [InlineData(7L)]
    public void Every_changed_byte_is_found(long? number)
    {
        var line = Bytes(Line(number, "{\"status\":\"completed\"}").TrimEnd());
        for (var at = 0; at < line.Length; at++)
        {
            foreach (var bit in (int[])[1, 2, 4, 8, 16, 32, 64, 128])
            {
                var changed = line.ToArray();
                changed[at] ^= (byte)bit;
                Assert.True(RecordFrame.Read(changed, number, out var read) is not null && read.IsEmpty, $"byte {at}, bit {bit}");
            }
        }
    }

    [Theory]
    [InlineData(null)]
    [InlineData(7L)]
    public void Every_shortened_line_is_found(long? number)
    {
        var line = Bytes(Line(number, "{\"a\":{\"b\":{}}}").TrimEnd());
        for (var length = 0; length < line.Length; length++)
        {
            Assert.NotNull(RecordFrame.Read(line.AsMemory(0, length), number, out _));
        }
    }

    [Fact]
    public void Line_without_a_number_is_none_of_a_log_with_numbers_and_the_other_way_round()
    {
        Assert.Equal("has no readable number", RecordFrame.Read(Bytes(Line(null, "1")).AsMemory()[..^1], 0, out _));
        Assert.Equal("has no readable checksum", RecordFrame.Read(Bytes(Line(0, "1")).AsMemory()[..^1], null, out _));
    }

    [Fact]
    public void Line_in_another_place_is_found_by_its_number()
    {
        Assert.Equal(
            "carries the number 8: records are missing, doubled or in another order", RecordFrame.Read(Bytes(Line(8, "1")).AsMemory()[..^1], 7, out _));
    }

    [Theory]
    [InlineData("{\"v\":2,\"x\":1}", 2)]
    [InlineData("{\"v\":10,\"crc\":\"00000000\",\"rec\":1}", 10)]
    [InlineData("{\"v\":1,\"crc\":\"00000000\",\"rec\":1}", null)]
    [InlineData("{\"v\":0,\"crc\":\"00000000\",\"rec\":1}", null)]
    [InlineData("{\"v\":2", null)]
    [InlineData("{}", null)]
    [InlineData("", null)]
    public void Newer_version_is_recognized(string line, int? version) => Assert.Equal(version, RecordFrame.NewerVersion(Bytes(line)));

    [Fact]
    public void Record_must_be_a_line_of_at_least_one_byte()
    {
        Assert.Null(RecordFrame.Reject("1"u8));
        Assert.NotNull(RecordFrame.Reject([]));
        Assert.NotNull(RecordFrame.Reject("1\n2"u8));
    }

    [Fact]
    public void Beginning_of_the_next_line_is_torn_also_with_zeros_behind_it()
    {
        var line = Bytes(Line(3, "{\"a\":1}"));
        for (var length = 1; length < line.Length - 1; length++)
        {
            Assert.True(RecordFrame.IsTorn(line.AsMemory(0, length), 3), $"{length}");
            Assert.True(RecordFrame.IsTorn((byte[])[.. line.AsSpan(0, length), 0, 0, 0], 3), $"{length}");
        }

        Assert.False(RecordFrame.IsTorn(Bytes(Line(4, "{\"a\":1}")).AsMemory(0, 20), 3));
        Assert.False(RecordFrame.IsTorn(Bytes("other"), 3));
        Assert.False(RecordFrame.IsTorn((byte[])[.. line.AsSpan(0, line.Length - 1), (byte)'#'], 3));
    }

    [Theory]
    [InlineData(null)]
    [InlineData(long.MaxValue)]
    public void Overhead_is_enough(long? number) => Assert.True(Bytes(Line(number, "1")).Length - 1 <= RecordFrame.Overhead);

    private static string Line(long? number, string record)
    {
        var bytes = Bytes(record);
        var target = new byte[bytes.Length + RecordFrame.Overhead];
        var line = Encoding.UTF8.GetString(target, 0, RecordFrame.Write(target, number, bytes));
        using var stream = new MemoryStream();
        RecordFrame.Write(stream, number, bytes);
        Assert.Equal(line, Encoding.UTF8.GetString(stream.ToArray()));
        return line;
    }

    private static byte[] Bytes(string text) => Encoding.UTF8.GetBytes(text);
}
