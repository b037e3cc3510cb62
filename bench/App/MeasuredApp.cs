using Microsoft.DurableTask.Client;
using Microsoft.Extensions.DependencyInjection;
using Orchestrator.Cli.Hosting;
using Orchestrator.Cli.State;
using Orchestrator.LocalHost.Hosting;
using Orchestrator.LocalHost.Journal;
using Orchestrator.LocalHost.Settings;
using Orchestrator.Storage;
using Orchestrator.Storage.Files;
using Orchestrator.Storage.Files.WriteAhead;
using Orchestrator.Workflows.Mocks;

namespace Orchestrator.Bench.App;

/// <summary>The local app as <c>orchestrator serve</c> starts it, with counters around its store and journal.</summary>
internal sealed class MeasuredApp : IAsyncDisposable
{
    private readonly LocalApp _app;

    private MeasuredApp(LocalApp app, CountingStore store, CountingJournal journal)
    {
        _app = app;
        Store = store;
        Journal = journal;
    }

    /// <summary>How many activities the host executes at one time (host.json), which limits a run beside its own setting.</summary>
    public static int Slots { get; } = HostSettings.Load().MaxConcurrentActivityFunctions ?? 64;

    public CountingStore Store { get; }

    public CountingJournal Journal { get; }

    public DurableTaskClient Client => _app.Client;

    public IServiceProvider Services => _app.Services;

    public T Get<T>()
        where T : notnull => _app.Services.GetRequiredService<T>();

    /// <summary>Starts the app over the files of a folder, and continues its unfinished runs.</summary>
    public static Task<MeasuredApp> StartAsync(string folder)
    {
        var log = WriteAheadLog.TryOpen(folder);
        var journal = FileJournal.Open(Path.Combine(folder, "journal"), TimeProvider.System, log);
        return StartAsync(new StateStorage(StorageKind.Files, folder), journal, new FileContentStore(folder, TimeProvider.System, log: log));
    }

    /// <summary>Starts the app in memory.</summary>
    public static Task<MeasuredApp> StartInMemoryAsync() =>
        StartAsync(new StateStorage(StorageKind.Memory, StateStorage.DefaultFolder), new MemoryJournal(), new MemoryContentStore());

    /// <summary>Starts the app over a journal and a store, and continues its unfinished runs.</summary>
    /// <param name="storage">Where the two are.</param>
    /// <param name="journal">The app closes it.</param>
    /// <param name="configure">Adds orchestrators and activities beside the app's; null for none.</param>
    public static async Task<MeasuredApp> StartAsync(
        StateStorage storage, IJournal journal, IContentStore content, Action<LocalDurableHostBuilder>? configure = null)
    {
        var settings = new LocalAppSettings(storage) { Continues = _ => true, Model = SimulatedModelOptions.ModelName };
        var (countingJournal, store) = (new CountingJournal(journal), new CountingStore(content));
        var app = await LocalApp.StartAsync(settings, countingJournal, store, configure ?? (_ => { }));
        return new MeasuredApp(app, store, countingJournal);
    }

    public ValueTask DisposeAsync() => _app.DisposeAsync();
}

/// <summary>Counts the operations on a content store. Thread-safe.</summary>
internal sealed class CountingStore(IContentStore store) : IContentStore
{
    private readonly TaskCompletionSource _firstAppend = new(TaskCreationOptions.RunContinuationsAsynchronously);
    private long _values;
    private long _appends;
    private long _reads;

    /// <summary>Writes of whole values, each with a flush of its own.</summary>
    public long Values => Interlocked.Read(ref _values);

    /// <summary>Appends; those at the same time share a flush.</summary>
    public long Appends => Interlocked.Read(ref _appends);

    /// <summary>Completes at the first append, which is when a step begins or ends.</summary>
    public Task FirstAppend => _firstAppend.Task;

    public long Reads => Interlocked.Read(ref _reads);

    public Task<StoredContent?> GetAsync(ContentKey key, CancellationToken cancellationToken = default)
    {
        Interlocked.Increment(ref _reads);
        return store.GetAsync(key, cancellationToken);
    }

    public Task<ContentTail?> ReadFromAsync(ContentKey key, long offset, int? maxBytes, CancellationToken cancellationToken = default)
    {
        Interlocked.Increment(ref _reads);
        return store.ReadFromAsync(key, offset, maxBytes, cancellationToken);
    }

    public Task<string> PutAsync(ContentKey key, ReadOnlyMemory<byte> content, CancellationToken cancellationToken = default)
    {
        Interlocked.Increment(ref _values);
        return store.PutAsync(key, content, cancellationToken);
    }

    public Task<string?> CreateAsync(ContentKey key, ReadOnlyMemory<byte> content, CancellationToken cancellationToken = default)
    {
        Interlocked.Increment(ref _values);
        return store.CreateAsync(key, content, cancellationToken);
    }

    public Task<string?> ReplaceAsync(ContentKey key, ReadOnlyMemory<byte> content, string etag, CancellationToken cancellationToken = default)
    {
        Interlocked.Increment(ref _values);
        return store.ReplaceAsync(key, content, etag, cancellationToken);
    }

    public Task<long> AppendAsync(ContentKey key, ReadOnlyMemory<byte> content, bool flush, CancellationToken cancellationToken = default)
    {
        Interlocked.Increment(ref _appends);
        _firstAppend.TrySetResult();
        return store.AppendAsync(key, content, flush, cancellationToken);
    }

    public Task<bool> DeleteAsync(ContentKey key, CancellationToken cancellationToken = default) => store.DeleteAsync(key, cancellationToken);

    public Task<bool> DeleteAsync(ContentKey key, string etag, CancellationToken cancellationToken = default) =>
        store.DeleteAsync(key, etag, cancellationToken);

    public Task<int> DeleteAsync(ContentPrefix prefix, CancellationToken cancellationToken = default) => store.DeleteAsync(prefix, cancellationToken);

    public IAsyncEnumerable<ContentKey> ListAsync(ContentPrefix prefix, CancellationToken cancellationToken = default) =>
        store.ListAsync(prefix, cancellationToken);
}

/// <summary>Counts the records appended to a journal. Thread-safe.</summary>
internal sealed class CountingJournal(IJournal journal) : IJournal
{
    private long _records;
    private long _bytes;

    public long Records => Interlocked.Read(ref _records);

    /// <summary>The bytes of the records, without the journal's framing.</summary>
    public long Bytes => Interlocked.Read(ref _bytes);

    public Task<JournalException> Lost => journal.Lost;

    public Task AppendAsync(
        JournalId id, long expectedPosition, IReadOnlyList<ReadOnlyMemory<byte>> records, CancellationToken cancellationToken = default)
    {
        Interlocked.Add(ref _records, records.Count);
        Interlocked.Add(ref _bytes, records.Sum(record => record.Length));
        return journal.AppendAsync(id, expectedPosition, records, cancellationToken);
    }

    public IAsyncEnumerable<ReadOnlyMemory<byte>> ReadAsync(JournalId id, CancellationToken cancellationToken = default) =>
        journal.ReadAsync(id, cancellationToken);

    public IAsyncEnumerable<JournalId> ListAsync(CancellationToken cancellationToken = default) => journal.ListAsync(cancellationToken);

    public Task DeleteAsync(JournalId id, CancellationToken cancellationToken = default) => journal.DeleteAsync(id, cancellationToken);

    public ValueTask DisposeAsync() => journal.DisposeAsync();
}
