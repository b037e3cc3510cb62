using System.Collections.Concurrent;
using Orchestrator.Activities.Stores;

namespace Orchestrator.Cli.Hosting;

/// <summary>A store that knows which of its last writes failed, so that a command that is asked to end can say what it could not write. Thread-safe.</summary>
internal sealed class WatchedContentStore(IContentStore store, TimeProvider time) : IContentStore
{
    private readonly ConcurrentDictionary<string, Failure> _failures = new(StringComparer.Ordinal);

    /// <summary>Why a part of a run has not been written although that has been tried for at least a time; null when there is nothing of that kind.</summary>
    /// <param name="run">Where the parts of the run are: what is kept beside them, such as answers for other runs, may stay unwritten.</param>
    /// <param name="from">What failed before this timestamp counts from it on.</param>
    public ContentStoreException? FailingFor(ContentPrefix run, TimeSpan least, long from) => _failures
        .Where(failure => failure.Key.StartsWith(run.Value, StringComparison.Ordinal) && time.GetElapsedTime(Math.Max(failure.Value.Since, from)) >= least)
        .Select(failure => failure.Value)
        .MinBy(failure => failure.Since)?.Problem;

    public Task<StoredContent?> GetAsync(ContentKey key, CancellationToken cancellationToken = default) => store.GetAsync(key, cancellationToken);

    public Task<ContentTail?> ReadFromAsync(ContentKey key, long offset, CancellationToken cancellationToken = default) =>
        store.ReadFromAsync(key, offset, cancellationToken);

    public Task<string> PutAsync(ContentKey key, ReadOnlyMemory<byte> content, CancellationToken cancellationToken = default) =>
        WatchAsync(key.Value, store.PutAsync(key, content, cancellationToken));

    public Task<string?> CreateAsync(ContentKey key, ReadOnlyMemory<byte> content, CancellationToken cancellationToken = default) =>
        WatchAsync(key.Value, store.CreateAsync(key, content, cancellationToken));

    public Task<string?> ReplaceAsync(ContentKey key, ReadOnlyMemory<byte> content, string etag, CancellationToken cancellationToken = default) =>
        WatchAsync(key.Value, store.ReplaceAsync(key, content, etag, cancellationToken));

    public Task<long> AppendAsync(ContentKey key, ReadOnlyMemory<byte> content, CancellationToken cancellationToken = default) =>
        WatchAsync(key.Value, store.AppendAsync(key, content, cancellationToken));

    public Task<bool> DeleteAsync(ContentKey key, CancellationToken cancellationToken = default) => store.DeleteAsync(key, cancellationToken);

    public Task<bool> DeleteAsync(ContentKey key, string etag, CancellationToken cancellationToken = default) => store.DeleteAsync(key, etag, cancellationToken);

    public Task<int> DeleteAsync(ContentPrefix prefix, CancellationToken cancellationToken = default) => store.DeleteAsync(prefix, cancellationToken);

    public IAsyncEnumerable<ContentKey> ListAsync(ContentPrefix prefix, CancellationToken cancellationToken = default) => store.ListAsync(prefix, cancellationToken);

    private async Task<T> WatchAsync<T>(string key, Task<T> write)
    {
        try
        {
            var written = await write;
            _failures.TryRemove(key, out _);
            return written;
        }
        catch (ContentStoreException problem) when (!problem.IsOfOneValue)
        {
            _failures.AddOrUpdate(key, _ => new Failure(time.GetTimestamp(), problem), (_, first) => first with { Problem = problem });
            throw;
        }
    }

    private sealed record Failure(long Since, ContentStoreException Problem);
}
