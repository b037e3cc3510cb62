using System.Text;
using Orchestrator.Storage.Files;
using Orchestrator.Storage.Files.WriteAhead;
using Orchestrator.Testing;

namespace Orchestrator.Storage.Tests.Files.WriteAhead;

/// <summary>Two stores on one folder are as two processes: each has a log of its own, and only the files in common.</summary>
public sealed class WriteAheadLogTests : IDisposable
{
    private static readonly ContentKey Value = ContentKey.Of("runs", "value");
    private static readonly ContentKey Lines = ContentKey.Of("runs", "lines");

    private readonly TempFolder _folder = new();
    private readonly List<WriteAheadLog> _logs = [];

    public void Dispose()
    {
        _logs.ForEach(log => log.Dispose());
        _folder.Dispose();
    }

    [Fact]
    public void Log_is_used_on_linux_and_local_file_systems_only()
    {
        using var log = WriteAheadLog.TryOpen(_folder.Combine("state"));

        Assert.Equal(OperatingSystem.IsLinux(), log is not null);
        Assert.Null(SystemStart.Find("/proc"));
        Assert.False(Directory.Exists(_folder.Combine("state")));
    }

    [Fact]
    public async Task Change_by_hand_stays_when_the_system_was_not_restarted()
    {
        await Open("boot 1").PutAsync(Value, Bytes("written"));
        await File.WriteAllTextAsync(PathOf(Value), "by hand");

        Assert.Equal("by hand", await TextAsync(Open("boot 1"), Value));
    }

    [Fact]
    public async Task Files_that_a_crash_lost_are_there_at_the_next_opening_also_in_another_place()
    {
        var store = Open("boot 1");
        await store.PutAsync(Value, Bytes("value"));
        await store.AppendAsync(Lines, Bytes("one\n"));
        await store.AppendAsync(Lines, Bytes("two\n"));
        Directory.Delete(_folder.Combine("runs"), recursive: true);
        Directory.CreateDirectory(_folder.Combine("moved"));
        Directory.Move(_folder.Combine("~wal"), _folder.Combine("moved/~wal"));

        var moved = Open("boot 2", _folder.Combine("moved"));

        Assert.Equal("value", await TextAsync(moved, Value));
        Assert.Equal("one\ntwo\n", await TextAsync(moved, Lines));
    }

    [Fact]
    public async Task Append_is_not_made_again_behind_content_that_is_missing()
    {
        using (var file = File.OpenHandle(Prepare(Lines, "durable\n"), FileMode.Open, FileAccess.ReadWrite))
        {
            NewLog("boot 1").Append(file, PathOf(Lines), [Bytes("one\n")], 8);
        }

        File.Delete(PathOf(Lines));

        Assert.Null(await Open("boot 2").GetAsync(Lines));
    }

    [Fact]
    public async Task Changes_that_a_killed_process_recorded_are_made_before_the_next_one()
    {
        var killed = Open("boot 1");
        await killed.AppendAsync(Lines, Bytes("one\n"));
        Record(new FileReplacement(PathOf(Value), Bytes("of the killed")), new FileAppend(PathOf(Lines), [Bytes("two, of the killed\n")], 4, null));
        var next = Open("boot 1");

        await next.AppendAsync(ContentKey.Of("runs", "other"), Bytes("x\n"));

        Assert.Equal("of the killed", await TextAsync(next, Value));
        Assert.Equal("one\ntwo, of the killed\n", await TextAsync(next, Lines));
    }

    /// <summary>The next process has read the end of the log before the change of the killed one is made.</summary>
    [Fact]
    public async Task Append_of_a_killed_process_is_overwritten_by_one_at_the_same_place()
    {
        var (killed, next) = (Open("boot 1"), NewLog("boot 1"));
        await killed.AppendAsync(Lines, Bytes("one\n"));
        using var file = File.OpenHandle(PathOf(Lines), FileMode.Open, FileAccess.ReadWrite, FileShare.ReadWrite);
        Record(new FileAppend(PathOf(Lines), [Bytes("a long line of the killed\n")], 4, null));

        next.Append(file, PathOf(Lines), [Bytes("two\n")], 4);

        Assert.Equal("one\ntwo\n", await File.ReadAllTextAsync(PathOf(Lines)));
        Assert.Equal("one\ntwo\n", await TextAsync(Open("boot 2"), Lines));
    }

    [Fact]
    public async Task Incomplete_record_of_a_killed_process_is_ignored()
    {
        await Open("boot 1").PutAsync(Value, Bytes("one"));
        Record(new FileReplacement(PathOf(Value), Bytes("of the killed")));
        var segment = Assert.Single(Directory.GetFiles(_folder.Combine("~wal"), "segment-*"));
        using (var file = File.OpenHandle(segment, FileMode.Open, FileAccess.ReadWrite))
        {
            RandomAccess.SetLength(file, RandomAccess.GetLength(file) - 1);
        }

        var next = Open("boot 1");
        await next.AppendAsync(Lines, Bytes("one\n"));

        Assert.Equal("one", await TextAsync(next, Value));
        File.Delete(PathOf(Lines));
        Assert.Equal("one\n", await TextAsync(Open("boot 2"), Lines));
    }

    [Fact]
    public async Task Change_that_was_reported_as_failed_is_not_made_after_a_crash()
    {
        var store = Open("boot 1");
        await store.PutAsync(Lines, Bytes("before"));
        Directory.CreateDirectory(PathOf(Value) + "/below");

        await Assert.ThrowsAsync<ContentValueException>(() => store.PutAsync(Value, Bytes("refused")));
        Directory.Delete(PathOf(Value), recursive: true);

        Assert.Null(await Open("boot 2").GetAsync(Value));
        Assert.Equal("before", await TextAsync(Open("boot 2"), Lines));
    }

    /// <summary>One of two processes meets a failure; the other has the deleted segment open.</summary>
    [Fact]
    public async Task Process_goes_on_in_the_log_after_another_one_had_a_failure()
    {
        var (one, other) = (Open("boot 1"), Open("boot 1"));
        await other.PutAsync(Value, Bytes("old"));
        await one.PutAsync(Lines, Bytes("before"));
        Directory.CreateDirectory(_folder.Combine("runs/refused/below"));
        await Assert.ThrowsAsync<ContentValueException>(() => one.PutAsync(ContentKey.Of("runs", "refused"), Bytes("refused")));
        Directory.Delete(_folder.Combine("runs/refused"), recursive: true);

        await other.PutAsync(Value, Bytes("new"));

        Assert.False(File.Exists(_folder.Combine("runs/refused")));
        File.Delete(PathOf(Value));
        Assert.Equal("new", await TextAsync(Open("boot 2"), Value));
    }

    [Fact]
    public async Task Log_that_is_deleted_by_hand_while_processes_run_is_begun_anew()
    {
        var (one, other) = (Open("boot 1"), Open("boot 1"));
        await one.PutAsync(Value, Bytes("old"));
        await other.PutAsync(Value, Bytes("older"));
        Directory.Delete(_folder.Combine("~wal"), recursive: true);

        await one.PutAsync(Value, Bytes("new"));
        await other.PutAsync(Lines, Bytes("lines"));
        File.Delete(PathOf(Value));
        File.Delete(PathOf(Lines));
        var restarted = Open("boot 2");

        Assert.Equal(("new", "lines"), (await TextAsync(restarted, Value), await TextAsync(restarted, Lines)));
    }

    [Fact]
    public async Task Large_change_comes_behind_one_that_a_killed_process_recorded()
    {
        var (killed, next) = (Open("boot 1"), Open("boot 1"));
        await killed.PutAsync(Value, Bytes("one"));
        await next.PutAsync(ContentKey.Of("runs", "other"), Bytes("x"));
        Record(new FileReplacement(PathOf(Value), Bytes("of the killed")));

        await next.PutAsync(Value, new byte[300_000]);

        Assert.Equal(300_000, (await next.GetAsync(Value))!.Bytes.Length);
        Assert.Equal(300_000, (await Open("boot 2").GetAsync(Value))!.Bytes.Length);
    }

    [Theory]
    [InlineData(true)]
    [InlineData(false)]
    public async Task Append_goes_to_the_file_that_a_killed_process_left(bool deletes)
    {
        var (killed, next) = (Open("boot 1"), Open("boot 1"));
        await killed.AppendAsync(Lines, Bytes("one\n"));
        await next.PutAsync(ContentKey.Of("runs", "other"), Bytes("x"));
        Record(deletes ? new FileDeletion(PathOf(Lines), _folder.Path) : new FileReplacement(PathOf(Lines), Bytes("replaced\n")));

        await next.AppendAsync(Lines, Bytes("two\n"));

        var expected = deletes ? "two\n" : "replaced\ntwo\n";
        Assert.Equal(expected, await TextAsync(next, Lines));
        Assert.Equal(expected, await TextAsync(Open("boot 2"), Lines));
    }

    /// <summary>As from a local disk to a network drive.</summary>
    [Fact]
    public async Task Log_of_a_folder_that_is_now_where_there_must_be_none_is_made_again_and_deleted()
    {
        var store = Open("boot 1");
        await store.PutAsync(Value, Bytes("value"));
        await store.AppendAsync(Lines, Bytes("one\n"));
        File.Delete(PathOf(Value));

        Assert.Null(WriteAheadLog.TryOpen(_folder.Path, boot: null));

        Assert.Equal("value", await File.ReadAllTextAsync(PathOf(Value)));
        Assert.Empty(Directory.GetFiles(_folder.Combine("~wal"), "segment-*"));
        await new FileContentStore(_folder.Path, TimeProvider.System).AppendAsync(Lines, Bytes("two\n"));
        Assert.Equal("one\ntwo\n", await TextAsync(Open("boot 2"), Lines));
    }

    /// <summary>A change of the large file that its process did not record as made, and appends of the next process behind it.</summary>
    [Fact]
    public async Task Append_that_is_there_is_not_made_again_and_what_is_behind_it_stays()
    {
        var store = Open("boot 1");
        await store.AppendAsync(Lines, Bytes("one\n"));
        await File.AppendAllTextAsync(PathOf(Lines), "not in the log\n");
        await store.AppendAsync(Lines, Bytes("two\n"));

        Assert.Equal("one\nnot in the log\ntwo\n", await TextAsync(Open("boot 2"), Lines));
    }

    [Fact]
    public async Task Damaged_record_with_others_behind_it_is_named_and_nothing_is_written()
    {
        var store = Open("boot 1");
        await store.PutAsync(Value, Bytes("one"));
        await store.PutAsync(Value, Bytes("two"));
        await store.PutAsync(Value, Bytes("three"));
        var segment = Assert.Single(Directory.GetFiles(_folder.Combine("~wal"), "segment-*"));
        using (var file = File.OpenHandle(segment, FileMode.Open, FileAccess.ReadWrite, FileShare.ReadWrite))
        {
            RandomAccess.Write(file, "X"u8, WalSegment.Start + 10);
        }

        var refusal = Assert.Throws<ContentStoreException>(() => Open("boot 2"));

        Assert.Contains($"'{segment}' is damaged at byte {WalSegment.Start}", refusal.Message, StringComparison.Ordinal);
        Assert.Equal("three", await File.ReadAllTextAsync(PathOf(Value)));
        Assert.True(File.Exists(segment));
    }

    [Fact]
    public async Task Folder_with_a_part_elsewhere_has_no_log()
    {
        await Open("boot 1").PutAsync(Value, Bytes("value"));
        Directory.Move(_folder.Combine("runs"), _folder.Combine("elsewhere"));
        Directory.CreateSymbolicLink(_folder.Combine("runs"), _folder.Combine("elsewhere"));

        Assert.Null(SystemStart.Find(_folder.Path));
    }

    /// <summary>As a reader without the right to write sees it: the lock cannot be opened.</summary>
    [Fact]
    public async Task Folder_is_read_without_writing_unless_a_crash_lost_something()
    {
        await Open("boot 1").PutAsync(Value, Bytes("value"));
        File.Delete(_folder.Combine("~wal/lock"));
        Directory.CreateDirectory(_folder.Combine("~wal/lock"));

        Assert.Equal("value", await TextAsync(Open("boot 1"), Value));
        Assert.Equal("value", await TextAsync(Open("boot 2"), Value));
        File.Delete(PathOf(Value));
        var refusal = Assert.Throws<ContentStoreException>(() => WriteAheadLog.Open(_folder.Path, "boot 2"));
        Assert.Contains("was in use when its system was restarted", refusal.Message, StringComparison.Ordinal);
        Assert.Contains("~wal/lock", refusal.Message, StringComparison.Ordinal);
    }

    /// <summary>A flush of the file system failed once: the mark stands for it, since a disk cannot be made to fail here.</summary>
    [Fact]
    public async Task Segments_behind_a_failed_flush_are_deleted_only_when_their_changes_were_made_again()
    {
        var log = NewLog("boot 1", maxSegment: 400);
        var store = new FileContentStore(_folder.Path, TimeProvider.System, log: log);
        await store.PutAsync(Value, Bytes("value"));
        await File.WriteAllTextAsync(_folder.Combine("~wal/lost"), "");
        File.Delete(PathOf(Value));

        await store.PutAsync(Lines, new byte[500]);
        await log.Discarded;

        Assert.Equal("value", await TextAsync(store, Value));
        Assert.Equal(["lock", "position"], Directory.GetFiles(_folder.Combine("~wal")).Select(Path.GetFileName).Order());
    }

    /// <summary>Every write to the segment finds the disk full; the files have room, as when the log was what filled the disk.</summary>
    [Fact]
    public async Task Log_that_finds_the_disk_full_gives_its_space_back_and_the_write_is_flushed_by_itself()
    {
        if (!OperatingSystem.IsLinux())
        {
            return;
        }

        var store = Open("boot 1");
        await store.PutAsync(Value, Bytes("one"));
        var segment = Assert.Single(Directory.GetFiles(_folder.Combine("~wal"), "segment-*"));
        _logs[0].Dispose();
        File.Delete(segment);
        File.CreateSymbolicLink(segment, "/dev/full");

        var next = Open("boot 1");
        await next.PutAsync(Value, Bytes("two"));
        await next.AppendAsync(Lines, Bytes("one\n"));

        Assert.Equal("two", await TextAsync(next, Value));
        Assert.Equal("two", await TextAsync(Open("boot 2"), Value));
        Assert.False(File.Exists(segment));
    }

    [Fact]
    public async Task Large_change_is_flushed_by_itself_and_earlier_ones_are_not_made_again()
    {
        var store = Open("boot 1");
        await store.PutAsync(Value, Bytes("small"));
        await store.PutAsync(Value, new byte[300_000]);

        Assert.True(new DirectoryInfo(_folder.Combine("~wal")).GetFiles().Sum(file => file.Length) < 1_000);
        Assert.Equal(300_000, (await Open("boot 2").GetAsync(Value))!.Bytes.Length);
    }

    [Fact]
    public async Task Deleted_value_is_erased_from_the_log_and_others_stay_durable()
    {
        var store = Open("boot 1");
        await store.PutAsync(Value, Bytes("a secret"));
        await store.PutAsync(Lines, Bytes("kept"));
        await store.DeleteAsync(Value);

        await store.EraseDeletedAsync();

        Assert.DoesNotContain(
            Directory.GetFiles(_folder.Path, "*", SearchOption.AllDirectories),
            file => File.ReadAllText(file).Contains("a secret", StringComparison.Ordinal));
        await store.AppendAsync(ContentKey.Of("runs", "later"), Bytes("later\n"));
        var restarted = Open("boot 2");
        Assert.Null(await restarted.GetAsync(Value));
        Assert.Equal(("kept", "later\n"), (await TextAsync(restarted, Lines), await TextAsync(restarted, ContentKey.Of("runs", "later"))));
    }

    [Fact]
    public async Task Segments_are_deleted_when_what_is_behind_them_is_durable()
    {
        var log = NewLog("boot 1", maxSegment: 500);
        var store = new FileContentStore(_folder.Path, TimeProvider.System, log: log);
        for (var i = 0; i < 100; i++)
        {
            await store.PutAsync(Value, Bytes($"value {i}"));
            await log.Discarded;
        }

        Assert.Single(Directory.GetFiles(_folder.Combine("~wal"), "segment-*"));
        Assert.Equal("value 99", await TextAsync(Open("boot 2"), Value));
    }

    /// <summary>A crash can undo the deletion of an old segment, and not that of a newer one.</summary>
    [Fact]
    public async Task Segment_that_came_back_before_a_gap_is_not_made_again()
    {
        await Open("boot 1").PutAsync(Value, Bytes("old"));
        var old = Assert.Single(Directory.GetFiles(_folder.Combine("~wal"), "segment-*"));
        var bytes = await File.ReadAllBytesAsync(old);
        await Open("boot 2").PutAsync(Value, Bytes("newer"));
        await Open("boot 3").PutAsync(Lines, Bytes("new"));
        await File.WriteAllBytesAsync(old, bytes);

        Assert.Equal("newer", await TextAsync(Open("boot 4"), Value));
    }

    [Fact]
    public async Task Log_of_a_newer_version_is_refused_with_what_to_do()
    {
        await Open("boot 1").PutAsync(Value, Bytes("one"));
        Record(new NewerChange(PathOf(Value)));

        var refusal = Assert.Throws<ContentStoreException>(() => WriteAheadLog.Open(_folder.Path, "boot 2"));

        Assert.Contains("a newer version of the program wrote the log", refusal.Message, StringComparison.Ordinal);
    }

    [Fact]
    public async Task Concurrent_changes_are_all_made()
    {
        var stores = new[] { Open("boot 1"), Open("boot 1") };

        await Task.WhenAll(Enumerable.Range(0, 200).Select(async number =>
        {
            var store = stores[number % 2];
            await store.PutAsync(ContentKey.Of("runs", $"{number}"), Bytes($"{number}"));
            await store.AppendAsync(Lines, Bytes($"{number}\n"));
        }));
        Directory.Delete(_folder.Combine("runs"), recursive: true);
        var restarted = Open("boot 2");

        for (var number = 0; number < 200; number++)
        {
            Assert.Equal($"{number}", await TextAsync(restarted, ContentKey.Of("runs", $"{number}")));
        }

        Assert.Equal(
            Enumerable.Range(0, 200), (await TextAsync(restarted, Lines))!.Split('\n', StringSplitOptions.RemoveEmptyEntries).Select(int.Parse).Order());
    }

    /// <summary>What a process writes to the log before it makes the changes, when it is killed in between.</summary>
    private void Record(params FileChange[] changes)
    {
        var folder = _folder.Combine("~wal");
        using var segment = WalSegment.Open(folder, WalSegment.NumbersIn(folder)[^1]);
        segment.Append(changes, _folder.Path, segment.Length, flush: true);
    }

    private string Prepare(ContentKey key, string content)
    {
        Directory.CreateDirectory(Path.GetDirectoryName(PathOf(key))!);
        File.WriteAllText(PathOf(key), content);
        return PathOf(key);
    }

    private FileContentStore Open(string boot, string? folder = null) =>
        new(folder ?? _folder.Path, TimeProvider.System, log: NewLog(boot, folder));

    private WriteAheadLog NewLog(string boot, string? folder = null, long maxSegment = 1_000_000)
    {
        var log = WriteAheadLog.Open(folder ?? _folder.Path, boot, maxSegment);
        _logs.Add(log);
        return log;
    }

    private string PathOf(ContentKey key) => _folder.Combine(key.Value);

    private static async Task<string?> TextAsync(IContentStore store, ContentKey key) =>
        await store.GetAsync(key) is { } content ? Encoding.UTF8.GetString(content.Bytes.Span) : null;

    private static byte[] Bytes(string text) => Encoding.UTF8.GetBytes(text);

    private sealed class NewerChange(string path) : FileChange(path)
    {
        protected override FileChangeKind Kind => (FileChangeKind)99;

        public override bool IsNeeded() => true;

        public override void Make(bool flush)
        {
        }
    }
}
