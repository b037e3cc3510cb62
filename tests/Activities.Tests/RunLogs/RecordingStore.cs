using System.Collections.Concurrent;
using Orchestrator.Storage;

namespace Orchestrator.Activities.Tests.RunLogs;

/// <summary>A store over another one that records the reads and appends of logs and lets a test hold appends up or repeat them. Thread-safe.</summary>
internal sealed class RecordingStore(IContentStore store) : IContentStore
{
    private readonly TaskCompletionSource _appending = new(TaskCreationOptions.RunContinuationsAsynchronously);

    /// <summary>The reads of logs, with their offsets.</summary>
    public ConcurrentQueue<(ContentKey Key, long Offset)> Reads { get; } = new();

    /// <summary>The appends.</summary>
    public ConcurrentQueue<(ContentKey Key, int Length, bool Flush)> Appends { get; } = new();

    /// <summary>The keys of the writes that were made together, in their order.</summary>
    public ConcurrentQueue<IReadOnlyList<string>> Together { get; } = new();

    /// <summary>Awaited once, before the next writes that are made together.</summary>
    public Func<Task> BeforeTogether { get; set; } = () => Task.CompletedTask;

    /// <summary>Completes when the first append begins.</summary>
    public Task FirstAppend => _appending.Task;

    /// <summary>Every append waits for it.</summary>
    public Task AppendsAfter { get; set; } = Task.CompletedTask;

    /// <summary>Every append happens twice, as one that is repeated because its answer was lost.</summary>
    public bool AppendsTwice { get; set; }

    public Task<StoredContent?> GetAsync(ContentKey key, CancellationToken cancellationToken = default) => store.GetAsync(key, cancellationToken);

    public Task<ContentTail?> ReadFromAsync(ContentKey key, long offset, int? maxBytes, CancellationToken cancellationToken = default)
    {
        Reads.Enqueue((key, offset));
        return store.ReadFromAsync(key, offset, maxBytes, cancellationToken);
    }

    public Task<string> PutAsync(ContentKey key, ReadOnlyMemory<byte> content, CancellationToken cancellationToken = default) =>
        store.PutAsync(key, content, cancellationToken);

    public Task<string?> CreateAsync(ContentKey key, ReadOnlyMemory<byte> content, CancellationToken cancellationToken = default) =>
        store.CreateAsync(key, content, cancellationToken);

    public Task<string?> ReplaceAsync(ContentKey key, ReadOnlyMemory<byte> content, string etag, CancellationToken cancellationToken = default) =>
        store.ReplaceAsync(key, content, etag, cancellationToken);

    public async Task<long> AppendAsync(ContentKey key, ReadOnlyMemory<byte> content, bool flush, CancellationToken cancellationToken = default)
    {
        Appends.Enqueue((key, content.Length, flush));
        _appending.TrySetResult();
        await AppendsAfter;
        if (AppendsTwice)
        {
            await store.AppendAsync(key, content, flush, cancellationToken);
        }

        return await store.AppendAsync(key, content, flush, cancellationToken);
    }

    public async Task<IReadOnlyList<ContentWritten>> WriteAsync(IReadOnlyList<ContentWrite> writes, CancellationToken cancellationToken = default)
    {
        Together.Enqueue([.. writes.Select(write => write.Key.Value)]);
        var before = BeforeTogether;
        BeforeTogether = () => Task.CompletedTask;
        await before();
        return await store.WriteAsync(writes, cancellationToken);
    }

    public Task<bool> DeleteAsync(ContentKey key, CancellationToken cancellationToken = default) => store.DeleteAsync(key, cancellationToken);

    public Task<bool> DeleteAsync(ContentKey key, string etag, CancellationToken cancellationToken = default) =>
        store.DeleteAsync(key, etag, cancellationToken);

    public Task<int> DeleteAsync(ContentPrefix prefix, CancellationToken cancellationToken = default) => store.DeleteAsync(prefix, cancellationToken);

    public IAsyncEnumerable<ContentKey> ListAsync(ContentPrefix prefix, CancellationToken cancellationToken = default) =>
        store.ListAsync(prefix, cancellationToken);
}
