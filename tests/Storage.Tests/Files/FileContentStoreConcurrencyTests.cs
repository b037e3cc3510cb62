using Orchestrator.Storage.Files;
using Orchestrator.Storage.Files.WriteAhead;
using Orchestrator.Testing;

namespace Orchestrator.Storage.Tests.Files;

public class FileContentStoreConcurrencyTests : ContentStoreConcurrencyContract, IDisposable
{
    private readonly TempFolder _folder = new();
    private readonly WriteAheadLog? _log;
    private readonly FileContentStore _store;

    public FileContentStoreConcurrencyTests()
        : this(isLogged: false)
    {
    }

    protected FileContentStoreConcurrencyTests(bool isLogged) => _store = new FileContentStore(
        _folder.Path, TimeProvider.System, log: _log = isLogged ? WriteAheadLog.TryOpen(_folder.Path) : null);

    protected override IContentStore Store => _store;

    [Fact]
    public async Task Locks_are_released_after_use()
    {
        await Task.WhenAll(Enumerable.Range(0, 200).Select(async n =>
        {
            await _store.PutAsync(ContentKey.Of("k", $"{n}"), Bytes("x"));
            await _store.AppendAsync(ContentKey.Of("log"), Bytes("x"));
        }));

        Assert.Equal(201, await _store.DeleteAsync(ContentPrefix.All));
        Assert.Equal(0, _store.KeysInUse);
    }

    [Fact]
    public async Task Create_by_two_stores_on_one_folder_succeeds_once()
    {
        // As two processes would: no lock in common, only the file system.
        using var log = _log is null ? null : WriteAheadLog.TryOpen(_folder.Path);
        var other = new FileContentStore(_folder.Path, TimeProvider.System, log: log);
        for (var i = 0; i < 50; i++)
        {
            var key = ContentKey.Of("k", $"{i}");
            using var barrier = new Barrier(2);
            Task<string?> Create(FileContentStore store, string value) => Task.Run(() =>
            {
                barrier.SignalAndWait();
                return store.CreateAsync(key, Bytes(value));
            });
            var etags = await Task.WhenAll(Create(_store, "mine"), Create(other, "theirs"));

            Assert.Single(etags, etag => etag is not null);
        }
    }

    public void Dispose()
    {
        _log?.Dispose();
        _folder.Dispose();
        GC.SuppressFinalize(this);
    }
}

/// <summary>The same through a write-ahead log.</summary>
public sealed class LoggedFileContentStoreConcurrencyTests() : FileContentStoreConcurrencyTests(isLogged: true);
