using System.Globalization;
using System.Text;
using Microsoft.DurableTask;
using Orchestrator.LocalHost.Journal;
using Orchestrator.Testing;

namespace Orchestrator.LocalHost.Tests.Journal;

/// <summary>
/// Damage that other programs and crashes do to history files. A torn end is cut off; everything else refuses the one instance, names file, record
/// and byte, and changes nothing, while the other instances go on.
/// </summary>
public sealed class BadHistoryTests : IAsyncLifetime
{
    private const string Long = "an instance whose id is far too long for a file name, so that only its header knows it; ";

    private readonly TempFolder _folder = new();
    private readonly string _longId = string.Concat(Enumerable.Repeat(Long, 3));
    private byte[] _whole = null!;
    private int[] _lineEnds = null!;

    private string FileOfA => FileOf(new JournalId("a", 0));

    public async Task InitializeAsync()
    {
        await using (var host = await StartAsync())
        {
            foreach (var id in (string[])["a", "b", _longId])
            {
                await host.Client.ScheduleNewOrchestrationInstanceAsync("three", new StartOrchestrationOptions(id));
                await host.Client.RaiseEventAsync(id, "e", "1");
                await host.Client.RaiseEventAsync(id, "e", "2");
            }
        }

        _whole = await File.ReadAllBytesAsync(FileOfA);
        _lineEnds = [.. Enumerable.Range(0, _whole.Length).Where(i => _whole[i] == '\n')];
        Assert.Equal(4, _lineEnds.Length);
    }

    public Task DisposeAsync()
    {
        _folder.Dispose();
        return Task.CompletedTask;
    }

    [Fact]
    public async Task History_truncated_at_any_byte_keeps_complete_records_and_accepts_the_next()
    {
        for (var length = 0; length < _whole.Length; length++)
        {
            await File.WriteAllBytesAsync(FileOfA, _whole[..length]);
            await CutOffAsync(length);
        }
    }

    [Fact]
    public async Task History_that_ends_in_zeros_is_an_interrupted_write()
    {
        for (var cut = _lineEnds[^2] + 1; cut < _whole.Length - 1; cut++)
        {
            await File.WriteAllBytesAsync(FileOfA, [.. _whole[..cut], .. new byte[50]]);
            await CutOffAsync(cut);
        }
    }

    [Theory]
    [InlineData(0x01)]
    [InlineData(0x20)]
    [InlineData(0x80)]
    public async Task History_with_one_changed_byte_is_refused_and_kept(byte flip)
    {
        for (var at = 0; at < _whole.Length; at++)
        {
            var damaged = _whole.ToArray();
            damaged[at] ^= flip;
            await File.WriteAllBytesAsync(FileOfA, damaged);
            await using var journal = FileJournal.Open(_folder.Path);
            var error = await Assert.ThrowsAnyAsync<JournalException>(() => ReadAsync(journal, "a"));
            var line = _lineEnds.Count(end => end < at);
            var offset = line == 0 ? 0 : _lineEnds[line - 1] + 1;
            Assert.Contains($"'{FileOfA}'", error.Message, StringComparison.Ordinal);
            Assert.Contains($"record {line} at byte {offset} ", error.Message, StringComparison.Ordinal);
            Assert.Equal(damaged, await File.ReadAllBytesAsync(FileOfA));
        }
    }

    [Fact]
    public Task Records_in_another_order_are_refused() => RefusedAsync(
        lines => [lines[0], lines[2], lines[1], .. lines[3..]], 1, Lines()[0].Length + 1,
        "carries the number 2: records are missing, doubled or in another order");

    [Fact]
    public Task Missing_record_in_the_middle_is_detected() => RefusedAsync(
        lines => [lines[0], lines[1], .. lines[3..]], 2, Lines()[0].Length + Lines()[1].Length + 2, "carries the number 3");

    [Fact]
    public Task Duplicate_record_is_detected() => RefusedAsync(
        lines => [lines[0], lines[1], .. lines[1..]], 2, Lines()[0].Length + Lines()[1].Length + 2, "carries the number 1");

    [Fact]
    public Task Missing_header_is_detected() => RefusedAsync(lines => lines[1..], 0, 0, "carries the number 1");

    [Fact]
    public Task Text_after_the_records_is_refused() => RefusedAsync(
        lines => lines, Lines().Length, _whole.Length, "has no line break at its end and is not an interrupted write", "notes of mine"u8.ToArray());

    [Fact]
    public async Task History_of_another_instance_under_this_name_is_refused()
    {
        File.Copy(FileOf(new JournalId("b", 0)), FileOfA, overwrite: true);
        await RefusedAsync("a", FileOfA, "record 0 at byte 0 says that this is the history of 'b', not of 'a': it was renamed or copied");
    }

    [Fact]
    public async Task Header_of_another_instance_alone_is_refused_too()
    {
        var b = await File.ReadAllBytesAsync(FileOf(new JournalId("b", 0)));
        await File.WriteAllBytesAsync(FileOfA, b[..(Array.IndexOf(b, (byte)'\n') + 1)]);
        await RefusedAsync("a", FileOfA, "says that this is the history of 'b'");
    }

    [Fact]
    public async Task Copy_under_a_hashed_name_is_refused_and_the_original_continues()
    {
        var original = FileOf(new JournalId(_longId, 0));
        var copy = original.Replace("==", "==0", StringComparison.Ordinal);
        File.Copy(original, copy);
        await RefusedAsync(Path.GetFileName(copy), copy, "whose file has another name: it was renamed or copied");
    }

    [Fact]
    public async Task Damaged_header_under_a_hashed_name_is_refused_under_that_name()
    {
        var file = FileOf(new JournalId(_longId, 0));
        var damaged = await File.ReadAllBytesAsync(file);
        damaged[40] ^= 1;
        await File.WriteAllBytesAsync(file, damaged);
        await RefusedAsync(Path.GetFileName(file), file, "record 0 at byte 0");
    }

    [Theory]
    [InlineData("{\"v\":2,\"whatever\":1}\n", 0, 2)]
    [InlineData("{\"v\":17,\"torn", 0, 17)]
    [InlineData("{\"v\":2,\"n\":4,\"crc\":\"00000000\",\"rec\":{}}\n", 4, 2)]
    public async Task Newer_format_is_refused_with_the_remedy(string text, int record, int version)
    {
        var before = record == 0 ? 0 : _lineEnds[record - 1] + 1;
        await File.WriteAllBytesAsync(FileOfA, [.. _whole[..before], .. Encoding.UTF8.GetBytes(text)]);
        await RefusedAsync(
            "a",
            FileOfA,
            string.Create(
                CultureInfo.InvariantCulture,
                $"was written by a newer version of this program: record {record} at byte {before} has format {version}, this version reads up to " +
                $"1. Run the newer version; nothing was changed."));
    }

    [Theory]
    [InlineData("""{"type":"Later","at":"2030-01-01T00:00:00Z"}""", "'Later' is no event that this version of the program knows")]
    [InlineData("""{"type":"TaskScheduled","at":"2030-01-01T00:00:00Z","id":0}""", "The event 'TaskScheduled' has no name.")]
    [InlineData("""{"type":"ExecutionCompleted","at":"2030-01-01T00:00:00Z"}""", "The event 'ExecutionCompleted' has no status.")]
    [InlineData("""{"type":"TaskFailed","at":"2030-01-01T00:00:00Z","id":0}""", "The event 'TaskFailed' has no failure.")]
    [InlineData("""{"type":"TimerFired","at":7}""", "cannot be understood")]
    [InlineData("[]", "cannot be understood")]
    [InlineData("7", "cannot be understood")]
    [InlineData("nonsense", "cannot be understood")]
    public async Task Invalid_event_is_refused_with_its_record(string happened, string problem)
    {
        await using (var journal = FileJournal.Open(_folder.Path))
        {
            await journal.AppendAsync(new JournalId("a", 0), await ReadAsync(journal, "a"), Encoding.UTF8.GetBytes(happened));
        }

        var before = await File.ReadAllBytesAsync(FileOfA);
        await using var host = await StartAsync();
        var error = host.RefusedInstances["a"];
        Assert.StartsWith($"Record {_lineEnds.Length} of the history of 'a' cannot be understood: ", error.Message, StringComparison.Ordinal);
        Assert.Contains(problem, error.Message, StringComparison.Ordinal);
        Assert.Equal(before, await File.ReadAllBytesAsync(FileOfA));
    }

    [Fact]
    public async Task Empty_file_is_a_history_without_records()
    {
        await File.WriteAllBytesAsync(FileOfA, []);
        await using var host = await StartAsync();
        Assert.Empty(host.RefusedInstances);
        Assert.Null(await host.Client.GetInstanceAsync("a"));
        await host.Client.ScheduleNewOrchestrationInstanceAsync("three", new StartOrchestrationOptions("a"));
    }

    [Theory]
    [InlineData("readme.txt")]
    [InlineData(".DS_Store")]
    [InlineData("a~0.jsonl.bak")]
    [InlineData("a~0 (copy).jsonl")]
    [InlineData("A~0.jsonl")]
    [InlineData("a~00.jsonl")]
    [InlineData("=61~0.jsonl")]
    public async Task Foreign_file_is_ignored_and_kept(string name)
    {
        // Whatever it holds: also the text of a history, which would be the same instance twice.
        var foreign = Path.Combine(_folder.Path, "instances", name);
        await File.WriteAllBytesAsync(foreign, _whole);
        await using (var host = await StartAsync())
        {
            Assert.Empty(host.RefusedInstances);
            Assert.Equal(3, await host.Client.GetAllInstancesAsync().CountAsync());
        }

        Assert.Equal(_whole, await File.ReadAllBytesAsync(foreign));
        Assert.Equal(_whole, await File.ReadAllBytesAsync(FileOfA));
    }

    [Fact]
    public async Task Foreign_file_under_the_name_of_a_history_is_refused_and_kept()
    {
        var foreign = Path.Combine(_folder.Path, "instances", "shopping~1.jsonl");
        await File.WriteAllTextAsync(foreign, "milk, eggs");
        await RefusedAsync("shopping", foreign, "record 0 at byte 0");
    }

    private static async Task<int> ReadAsync(FileJournal journal, string instanceId)
    {
        var count = 0;
        await foreach (var _ in journal.ReadAsync(new JournalId(instanceId, 0)))
        {
            count++;
        }

        return count;
    }

    private Task<LocalDurableHost> StartAsync() => LocalDurableHost.StartAsync(b =>
    {
        b.Journal = FileJournal.Open(_folder.Path);
        b.AddOrchestrator("three", async (TaskOrchestrationContext c) =>
            await c.WaitForExternalEvent<string>("e") + await c.WaitForExternalEvent<string>("e") + await c.WaitForExternalEvent<string>("e"));
    });

    private string FileOf(JournalId id) => Path.Combine(_folder.Path, "instances", InstanceFileName.Encode(id));

    private string[] Lines() => Encoding.UTF8.GetString(_whole).Split('\n', StringSplitOptions.RemoveEmptyEntries);

    /// <summary>Expects the complete lines before a byte, and that the history goes on behind them.</summary>
    private async Task CutOffAsync(int length)
    {
        var expected = Math.Max(0, _lineEnds.Count(end => end < length) - 1);
        await using var journal = FileJournal.Open(_folder.Path);
        Assert.Equal(expected, await ReadAsync(journal, "a"));
        await journal.AppendAsync(new JournalId("a", 0), expected, "{\"again\":3}"u8.ToArray());
        Assert.Equal(expected + 1, await ReadAsync(journal, "a"));
        var kept = expected == 0 ? 0 : _lineEnds[expected] + 1;
        Assert.Equal(_whole[..kept], (await File.ReadAllBytesAsync(FileOfA))[..kept]);
    }

    private async Task RefusedAsync(Func<string[], string[]> edit, long record, long offset, string problem, byte[]? tail = null)
    {
        await File.WriteAllBytesAsync(FileOfA, [.. Encoding.UTF8.GetBytes(string.Concat(edit(Lines()).Select(line => line + '\n'))), .. tail ?? []]);
        await RefusedAsync("a", FileOfA, string.Create(CultureInfo.InvariantCulture, $"record {record} at byte {offset} {problem}"));
    }

    /// <summary>
    /// Expects that one instance is refused with its file, that the others go on to their ends, and that no byte of the refused one changes.
    /// </summary>
    private async Task RefusedAsync(string instanceId, string file, string problem)
    {
        var before = await File.ReadAllBytesAsync(file);
        await using (var host = await StartAsync())
        {
            var (refused, error) = Assert.Single(host.RefusedInstances);
            Assert.Equal(instanceId, refused);
            Assert.Contains($"'{file}'", error.Message, StringComparison.Ordinal);
            Assert.Contains(problem, error.Message, StringComparison.Ordinal);
            await Assert.ThrowsAsync<JournalException>(() => host.Client.RaiseEventAsync(refused, "e", "3"));
            foreach (var id in ((string[])["a", "b", _longId]).Where(id => FileOf(new JournalId(id, 0)) != file))
            {
                await host.Client.RaiseEventAsync(id, "e", "3");
                Assert.Equal("123", (await host.EndOfAsync(id)).ReadOutputAs<string>());
            }
        }

        Assert.Equal(before, await File.ReadAllBytesAsync(file));
    }
}
