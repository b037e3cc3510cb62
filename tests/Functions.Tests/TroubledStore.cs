using System.Runtime.CompilerServices;
using System.Text;
using Orchestrator.Storage;

namespace Orchestrator.Functions.Tests;

/// <summary>A memory store that outlives its hosts and can fail or hang.</summary>
internal sealed class TroubledStore : IContentStore
{
    private readonly MemoryContentStore _store = new();

    /// <summary>Gets the key and what is written, or an empty text for a read; what it throws is thrown before the operation happens.</summary>
    public Action<string, string> Before { get; set; } = (_, _) => { };

    /// <summary>Awaited before each operation, whose token it does not heed: a task that does not complete is a store that hangs.</summary>
    public Func<Task> Holds { get; set; } = () => Task.CompletedTask;

    public Task<StoredContent?> GetAsync(ContentKey key, CancellationToken cancellationToken = default) =>
        DoAsync(key.Value, default, () => _store.GetAsync(key, cancellationToken));

    public Task<ContentTail?> ReadFromAsync(ContentKey key, long offset, int? maxBytes, CancellationToken cancellationToken = default) =>
        DoAsync(key.Value, default, () => _store.ReadFromAsync(key, offset, maxBytes, cancellationToken));

    public Task<string> PutAsync(ContentKey key, ReadOnlyMemory<byte> content, CancellationToken cancellationToken = default) =>
        DoAsync(key.Value, content, () => _store.PutAsync(key, content, cancellationToken));

    public Task<string?> CreateAsync(ContentKey key, ReadOnlyMemory<byte> content, CancellationToken cancellationToken = default) =>
        DoAsync(key.Value, content, () => _store.CreateAsync(key, content, cancellationToken));

    public Task<string?> ReplaceAsync(ContentKey key, ReadOnlyMemory<byte> content, string etag, CancellationToken cancellationToken = default) =>
        DoAsync(key.Value, content, () => _store.ReplaceAsync(key, content, etag, cancellationToken));

    public Task<long> AppendAsync(ContentKey key, ReadOnlyMemory<byte> content, bool flush, CancellationToken cancellationToken = default) =>
        DoAsync(key.Value, content, () => _store.AppendAsync(key, content, flush, cancellationToken));

    public Task<bool> DeleteAsync(ContentKey key, CancellationToken cancellationToken = default) =>
        DoAsync(key.Value, default, () => _store.DeleteAsync(key, cancellationToken));

    public async Task<bool> DeleteAsync(ContentKey key, string etag, CancellationToken cancellationToken = default) =>
        (await GetAsync(key, cancellationToken))?.ETag == etag && await DeleteAsync(key, cancellationToken);

    public Task<int> DeleteAsync(ContentPrefix prefix, CancellationToken cancellationToken = default) =>
        _store.DeleteAsync(prefix, cancellationToken);

    public async IAsyncEnumerable<ContentKey> ListAsync(ContentPrefix prefix, [EnumeratorCancellation] CancellationToken cancellationToken = default)
    {
        await Holds();
        await foreach (var key in _store.ListAsync(prefix, cancellationToken))
        {
            yield return key;
        }
    }

    private async Task<T> DoAsync<T>(string key, ReadOnlyMemory<byte> content, Func<Task<T>> operation)
    {
        Before(key, Encoding.UTF8.GetString(content.Span));
        await Holds();
        return await operation();
    }
}
