using Microsoft.Extensions.Time.Testing;
using Orchestrator.Storage.Files;
using Orchestrator.Storage.Files.WriteAhead;
using Orchestrator.Testing;

namespace Orchestrator.Storage.Tests.Files;

public class FileContentStoreTests : ContentStoreContract, IDisposable
{
    private readonly TempFolder _folder = new();
    private readonly WriteAheadLog? _log;
    private readonly FakeTimeProvider _clock = new(TimeProvider.System.GetUtcNow());

    public FileContentStoreTests()
        : this(isLogged: false)
    {
    }

    protected FileContentStoreTests(bool isLogged) => Store = new FileContentStore(
        _folder.Path, _clock, log: _log = isLogged ? WriteAheadLog.TryOpen(_folder.Path) : null);

    protected override IContentStore Store { get; }

    protected override bool SeesFolders => true;

    [Fact]
    public async Task Values_survive_a_restart_with_their_etags()
    {
        var etag = await Store.PutAsync(Key, Bytes("one"));
        var restarted = new FileContentStore(_folder.Path, _clock);

        Assert.Equal(etag, (await restarted.GetAsync(Key))!.ETag);
        Assert.NotNull(await restarted.ReplaceAsync(Key, Bytes("two"), etag));
    }

    [Fact]
    public async Task Key_is_the_path_below_the_root()
    {
        await Store.PutAsync(Key, Bytes("one"));

        Assert.Equal("one", await File.ReadAllTextAsync(Path.Combine(_folder.Path, "runs", "r1", "run.json")));
    }

    [Fact]
    public async Task Temporary_file_of_a_crashed_write_is_ignored()
    {
        await Store.PutAsync(Key, Bytes("old"));
        var leftover = LeaveBehind("runs/r1/run.json~orchestrator-0123456789abcdef0123456789abcdef", age: TimeSpan.Zero);

        Assert.Equal([Key.Value], await ListAsync(ContentPrefix.All));
        Assert.Equal("old", Text((await Store.GetAsync(Key))!.Bytes));
        await Store.PutAsync(Key, Bytes("new"));
        Assert.True(File.Exists(leftover));
    }

    [Fact]
    public async Task Start_removes_old_temporary_files_and_nothing_else()
    {
        await Store.PutAsync(Key, Bytes("old"));
        var old = LeaveBehind("runs/r1/run.json~orchestrator-0123456789abcdef0123456789abcdef", age: TimeSpan.FromMinutes(11));
        var inFlight = LeaveBehind("runs/r1/run.json~orchestrator-0123456789abcdef0123456789abcde0", age: TimeSpan.FromMinutes(1));

        await new FileContentStore(_folder.Path, _clock).LeftoversRemoved;

        Assert.False(File.Exists(old));
        Assert.True(File.Exists(inFlight));
        Assert.Equal("old", Text((await Store.GetAsync(Key))!.Bytes));
    }

    [Fact]
    public async Task Foreign_files_are_ignored()
    {
        await Store.PutAsync(Key, Bytes("one"));
        await File.WriteAllTextAsync(_folder.Combine("read me.txt"), "a name with a space");
        Directory.CreateDirectory(_folder.Combine("ümlaut"));
        Directory.CreateDirectory(_folder.Combine("empty"));

        Assert.Equal([Key.Value], await ListAsync(ContentPrefix.All));
    }

    [Fact]
    public async Task Incomplete_last_line_of_a_log_is_truncated_by_the_next_append()
    {
        await Store.AppendAsync(Key, Bytes("one\n"));
        await File.AppendAllTextAsync(PathOf(Key), new string('t', 200_000));

        Assert.Equal(9, await Store.AppendAsync(Key, Bytes("next\n")));
        Assert.Equal("one\nnext\n", Text((await Store.GetAsync(Key))!.Bytes));
    }

    [Fact]
    public async Task Log_with_only_an_incomplete_line_begins_anew_with_the_next_append()
    {
        await Store.AppendAsync(Key, Bytes("tor"));

        Assert.Equal(5, await Store.AppendAsync(Key, Bytes("next\n")));
        Assert.Equal("next\n", Text((await Store.GetAsync(Key))!.Bytes));
    }

    [Fact]
    public async Task Delete_of_the_last_value_removes_its_folders_but_not_the_root()
    {
        await Store.PutAsync(Key, Bytes("one"));
        await Store.PutAsync(ContentKey.Of("runs", "r2"), Bytes("two"));

        await Store.DeleteAsync(Key);
        Assert.False(Directory.Exists(_folder.Combine("runs/r1")));
        Assert.True(Directory.Exists(_folder.Combine("runs")));
        await Store.DeleteAsync(ContentPrefix.Under("runs"));
        Assert.Equal(
            _log is null ? [_folder.Combine("~locks")] : [_folder.Combine("~locks"), _folder.Combine("~wal")],
            Directory.GetFileSystemEntries(_folder.Path).Order(StringComparer.Ordinal));
        Assert.True(Directory.Exists(_folder.Path));
    }

    [Fact]
    public async Task Store_of_some_folders_ignores_others_and_refuses_their_keys()
    {
        await ((FileContentStore)Store).LeftoversRemoved;
        var others = LeaveBehind("journal.json~orchestrator-0123456789abcdef0123456789abcdef", age: TimeSpan.FromDays(1));
        await Store.PutAsync(ContentKey.Of("journal", "lock"), Bytes("one"));
        await Store.PutAsync(Key, Bytes("one"));
        var store = new FileContentStore(_folder.Path, _clock, ["runs"]);
        await store.LeftoversRemoved;

        Assert.True(File.Exists(others));
        Assert.Equal([Key.Value], (await store.ListAsync(ContentPrefix.All).ToListAsync()).Select(key => key.Value));
        Assert.Empty(await store.ListAsync(ContentPrefix.Under("journal")).ToListAsync());
        await Assert.ThrowsAsync<ArgumentException>(() => store.DeleteAsync(ContentKey.Of("journal", "lock")));
    }

    [Fact]
    public void Root_below_a_file_is_refused_and_the_file_is_named()
    {
        File.WriteAllText(_folder.Combine("occupied"), "");

        var error = Assert.Throws<ContentStoreException>(() => new FileContentStore(_folder.Combine("occupied/state"), _clock));

        Assert.Contains($"'{_folder.Combine("occupied")}' is a file", error.Message, StringComparison.Ordinal);
        Assert.Equal(_folder.Combine("occupied/state"), error.Location);
    }

    [Fact]
    public async Task Append_on_a_full_disk_fails_and_the_store_continues()
    {
        if (!OperatingSystem.IsLinux())
        {
            return;
        }

        File.CreateSymbolicLink(_folder.Combine("full.jsonl"), "/dev/full");

        var error = await Assert.ThrowsAsync<ContentStoreException>(() => Store.AppendAsync(ContentKey.Of("full.jsonl"), Bytes("x")));

        Assert.Contains("the disk is full", error.Message, StringComparison.Ordinal);
        Assert.Contains(_folder.Path, error.Message, StringComparison.Ordinal);
        Assert.Equal(1, await Store.AppendAsync(ContentKey.Of("other.jsonl"), Bytes("x")));
    }

    [Fact]
    public void Root_without_permission_names_path_and_remedy()
    {
        if (!OperatingSystem.IsLinux())
        {
            return;
        }

        // No user, root included, may create a folder there.
        var error = Assert.Throws<ContentStoreException>(() => new FileContentStore("/sys/orchestrator-state", _clock));

        Assert.Contains("/sys/orchestrator-state", error.Message, StringComparison.Ordinal);
        Assert.Contains("--state", error.Message, StringComparison.Ordinal);
    }

    public void Dispose()
    {
        _log?.Dispose();
        _folder.Dispose();
        GC.SuppressFinalize(this);
    }

    private string PathOf(ContentKey key) => Path.Combine(_folder.Path, key.Value);

    private string LeaveBehind(string name, TimeSpan age)
    {
        var path = _folder.Combine(name);
        File.WriteAllText(path, "half of a val");
        File.SetLastWriteTimeUtc(path, (_clock.GetUtcNow() - age).UtcDateTime);
        return path;
    }
}

/// <summary>The same through a write-ahead log.</summary>
public sealed class LoggedFileContentStoreTests() : FileContentStoreTests(isLogged: true);
