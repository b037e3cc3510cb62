using System.Collections.Concurrent;
using Orchestrator.Storage;

namespace Orchestrator.Cli.Hosting;

/// <summary>Records which writes to a store fail, so that a command that is asked to stop can report what it could not write. Thread-safe.</summary>
internal sealed class WatchedContentStore(IContentStore store, TimeProvider time) : IContentStore
{
    private readonly ConcurrentDictionary<string, Failure> _failures = new(StringComparer.Ordinal);

    /// <summary>The oldest failure of a run's writes that has lasted for some time.</summary>
    /// <param name="run">The prefix of the run's values. Others, such as the cache of answers, may stay unwritten.</param>
    /// <param name="least">How long the write must have been failing.</param>
    /// <param name="from">A timestamp of the clock: a write that failed earlier counts as failing from here on.</param>
    /// <returns>Null when every write of the run has succeeded, or has not been failing for so long.</returns>
    public ContentStoreException? FindFailure(ContentPrefix run, TimeSpan least, long from) => _failures
        .Where(failure => failure.Key.StartsWith(run.Value, StringComparison.Ordinal))
        .Where(failure => time.GetElapsedTime(Math.Max(failure.Value.Since, from)) >= least)
        .Select(failure => failure.Value)
        .MinBy(failure => failure.Since)?.Exception;

    public Task<StoredContent?> GetAsync(ContentKey key, CancellationToken cancellationToken = default) => store.GetAsync(key, cancellationToken);

    public Task<ContentTail?> ReadFromAsync(ContentKey key, long offset, int? maxBytes, CancellationToken cancellationToken = default) =>
        store.ReadFromAsync(key, offset, maxBytes, cancellationToken);

    public Task<string> PutAsync(ContentKey key, ReadOnlyMemory<byte> content, CancellationToken cancellationToken = default) =>
        WatchAsync(key.Value, store.PutAsync(key, content, cancellationToken));

    public Task<string?> CreateAsync(ContentKey key, ReadOnlyMemory<byte> content, CancellationToken cancellationToken = default) =>
        WatchAsync(key.Value, store.CreateAsync(key, content, cancellationToken));

    public Task<string?> ReplaceAsync(ContentKey key, ReadOnlyMemory<byte> content, string etag, CancellationToken cancellationToken = default) =>
        WatchAsync(key.Value, store.ReplaceAsync(key, content, etag, cancellationToken));

    public Task<long> AppendAsync(ContentKey key, ReadOnlyMemory<byte> content, bool flush, CancellationToken cancellationToken = default) =>
        WatchAsync(key.Value, store.AppendAsync(key, content, flush, cancellationToken));

    public Task<IReadOnlyList<ContentWritten>> WriteAsync(IReadOnlyList<ContentWrite> writes, CancellationToken cancellationToken = default) =>
        writes.Select(write => write.Key.Value)
            .Aggregate(store.WriteAsync(writes, cancellationToken), (written, key) => WatchAsync(key, written));

    public Task<bool> DeleteAsync(ContentKey key, CancellationToken cancellationToken = default) => store.DeleteAsync(key, cancellationToken);

    public Task<bool> DeleteAsync(ContentKey key, string etag, CancellationToken cancellationToken = default) =>
        store.DeleteAsync(key, etag, cancellationToken);

    public Task<int> DeleteAsync(ContentPrefix prefix, CancellationToken cancellationToken = default) => store.DeleteAsync(prefix, cancellationToken);

    public Task EraseDeletedAsync(CancellationToken cancellationToken = default) => store.EraseDeletedAsync(cancellationToken);

    public IAsyncEnumerable<ContentKey> ListAsync(ContentPrefix prefix, CancellationToken cancellationToken = default) =>
        store.ListAsync(prefix, cancellationToken);

    private async Task<T> WatchAsync<T>(string key, Task<T> write)
    {
        try
        {
            var written = await write;
            _failures.TryRemove(key, out _);
            return written;
        }
        catch (ContentStoreException exception) when (!exception.IsOfOneValue)
        {
            _failures.AddOrUpdate(key, _ => new Failure(time.GetTimestamp(), exception), (_, first) => first with { Exception = exception });
            throw;
        }
    }

    private sealed record Failure(long Since, ContentStoreException Exception);
}
