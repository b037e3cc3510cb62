using System.Text;
using Orchestrator.LocalHost.Journal;
using Orchestrator.Testing;

namespace Orchestrator.LocalHost.Tests.Journal;

public sealed class FileJournalTests : JournalContractTests
{
    private readonly TempFolder _folder = new();

    public override async Task DisposeAsync()
    {
        await base.DisposeAsync();
        _folder.Dispose();
    }

    protected override Task<IJournal> OpenAsync() => Task.FromResult<IJournal>(FileJournal.Open(_folder.Path));

    [Fact]
    public async Task Torn_last_record_is_cut_off_wherever_the_write_stopped()
    {
        await using (var journal = FileJournal.Open(_folder.Combine("torn")))
        {
            await journal.AppendAsync(Id("a"), 0, "{\"first\":1}"u8.ToArray());
            await journal.AppendAsync(Id("a"), 1, "{\"second\":2}"u8.ToArray());
        }

        var file = Path.Combine(_folder.Combine("torn"), "instances", "a~0.jsonl");
        var whole = await File.ReadAllBytesAsync(file);
        var lineEnds = Enumerable.Range(0, whole.Length).Where(i => whole[i] == '\n').ToArray();
        Assert.Equal(3, lineEnds.Length);
        for (var length = 0; length < whole.Length; length++)
        {
            await File.WriteAllBytesAsync(file, whole[..length]);
            var expected = length > lineEnds[1] ? 1 : 0;
            await using var journal = FileJournal.Open(_folder.Combine("torn"));
            Assert.Equal(expected, await CountAsync(journal));
            await journal.AppendAsync(Id("a"), expected, "{\"again\":3}"u8.ToArray());
            Assert.Equal(expected + 1, await CountAsync(journal));
        }
    }

    [Fact]
    public async Task Damaged_record_is_refused_wherever_it_is_and_the_bytes_are_kept()
    {
        await using (var journal = FileJournal.Open(_folder.Combine("bad")))
        {
            for (var i = 0; i < 3; i++)
            {
                await journal.AppendAsync(Id("a"), i, Encoding.UTF8.GetBytes($"{{\"record\":{i}}}"));
            }
        }

        var file = Path.Combine(_folder.Combine("bad"), "instances", "a~0.jsonl");
        var whole = await File.ReadAllBytesAsync(file);
        for (var at = 0; at < whole.Length - 1; at++)
        {
            if (whole[at] == '\n')
            {
                continue;
            }

            var damaged = whole.ToArray();
            damaged[at] ^= 0x01;
            await File.WriteAllBytesAsync(file, damaged);
            await using var journal = FileJournal.Open(_folder.Combine("bad"));
            var error = await Assert.ThrowsAnyAsync<JournalException>(() => CountAsync(journal));
            Assert.Contains(file, error.Message, StringComparison.Ordinal);
            Assert.Equal(damaged, await File.ReadAllBytesAsync(file));
        }
    }

    [Fact]
    public async Task Corruption_error_names_file_record_and_byte()
    {
        await using (var journal = FileJournal.Open(_folder.Combine("bad")))
        {
            await journal.AppendAsync(Id("a"), 0, "{\"record\":1}"u8.ToArray());
            await journal.AppendAsync(Id("a"), 1, "{\"record\":2}"u8.ToArray());
        }

        var file = Path.Combine(_folder.Combine("bad"), "instances", "a~0.jsonl");
        var lines = await File.ReadAllLinesAsync(file);
        lines[1] = lines[1].Replace("record", "recorx", StringComparison.Ordinal);
        await File.WriteAllTextAsync(file, string.Join('\n', lines) + "\n");
        await using var reopened = FileJournal.Open(_folder.Combine("bad"));
        var error = await Assert.ThrowsAsync<JournalCorruptException>(() => CountAsync(reopened));
        Assert.Equal((file, 1L, (long)lines[0].Length + 1), (error.Location, error.Record, error.Offset));
        await Assert.ThrowsAsync<JournalCorruptException>(() => reopened.AppendAsync(Id("a"), 2, "1"u8.ToArray()));
    }

    [Fact]
    public async Task Missing_line_is_corruption()
    {
        await using (var journal = FileJournal.Open(_folder.Combine("bad")))
        {
            for (var i = 0; i < 3; i++)
            {
                await journal.AppendAsync(Id("a"), i, "1"u8.ToArray());
            }
        }

        var file = Path.Combine(_folder.Combine("bad"), "instances", "a~0.jsonl");
        var lines = (await File.ReadAllLinesAsync(file)).ToList();
        lines.RemoveAt(2);
        await File.WriteAllTextAsync(file, string.Join('\n', lines) + "\n");
        await using var reopened = FileJournal.Open(_folder.Combine("bad"));
        var error = await Assert.ThrowsAsync<JournalCorruptException>(() => CountAsync(reopened));
        Assert.Contains("missing or doubled", error.Message, StringComparison.Ordinal);
    }

    [Fact]
    public async Task Newer_format_version_is_refused_with_the_remedy()
    {
        Directory.CreateDirectory(_folder.Combine("instances"));
        await File.WriteAllTextAsync(Path.Combine(_folder.Path, "instances", "new~0.jsonl"), "{\"v\":2,\"whatever\":1}\n");
        await using var journal = FileJournal.Open(_folder.Combine("other"));
        Directory.CreateDirectory(_folder.Combine("other/instances"));
        File.Move(_folder.Combine("instances/new~0.jsonl"), _folder.Combine("other/instances/new~0.jsonl"));
        var error = await Assert.ThrowsAsync<JournalCorruptException>(async () =>
        {
            await foreach (var _ in journal.ReadAsync(Id("new")))
            {
            }
        });
        Assert.Contains("another version of the format", error.Message, StringComparison.Ordinal);
    }

    [Fact]
    public async Task Second_owner_is_refused_and_told_who_the_first_is()
    {
        await using var first = FileJournal.Open(_folder.Combine("owned"));
        var error = Assert.Throws<JournalException>(() => FileJournal.Open(_folder.Combine("owned")));
        Assert.Contains($"process {Environment.ProcessId} on host '{Environment.MachineName}'", error.Message, StringComparison.Ordinal);
        await first.DisposeAsync();
        await using var second = FileJournal.Open(_folder.Combine("owned"));
    }

    [Fact]
    public async Task Folder_that_cannot_be_written_is_refused_clearly()
    {
        var file = _folder.Combine("a-file");
        await File.WriteAllTextAsync(file, "in the way");
        var error = Assert.Throws<JournalException>(() => FileJournal.Open(Path.Combine(file, "state")));
        Assert.Contains("cannot be written", error.Message, StringComparison.Ordinal);
    }

    private static async Task<int> CountAsync(FileJournal journal)
    {
        var count = 0;
        await foreach (var _ in journal.ReadAsync(Id("a")))
        {
            count++;
        }

        return count;
    }
}
