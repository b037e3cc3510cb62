using System.Text;
using System.Text.RegularExpressions;
using Orchestrator.CrashSweep.Running;
using Orchestrator.Storage;

namespace Orchestrator.CrashSweep.Writes;

/// <summary>
/// A content store whose writes happen when <see cref="SweepWrites"/> lets them. Reads have ended when they are returned, on files too: whatever they
/// do on threads of their own is done before the pool is quiet.
/// </summary>
internal sealed partial class SweptStore(SweepDisk disk, SweepWrites writes) : IContentStore
{
    private readonly IContentStore _store = disk.Store;

    /// <summary>What is random in a log: the order of pending appends must not depend on it.</summary>
    [GeneratedRegex("\"crc\":\"[0-9a-f]+\"|\"stamp\":\"[0-9a-f]+\"|\"writer\":\"[0-9a-f.]+\"|\"prepared-[0-9a-f-]+\"")]
    private static partial Regex OfThisProcess { get; }

    public Task<StoredContent?> GetAsync(ContentKey key, CancellationToken cancellationToken = default) =>
        ReadAsync(key.Value, () => _store.GetAsync(key, cancellationToken));

    public Task<ContentTail?> ReadFromAsync(ContentKey key, long offset, int? maxBytes, CancellationToken cancellationToken = default) =>
        ReadAsync(key.Value, () => _store.ReadFromAsync(key, offset, maxBytes, cancellationToken));

    public IAsyncEnumerable<ContentKey> ListAsync(ContentPrefix prefix, CancellationToken cancellationToken = default) =>
        writes.IsStoreAway
            ? throw Away(prefix.Value)
            : _store.ListAsync(prefix, cancellationToken).ToBlockingEnumerable(cancellationToken).ToList().ToAsyncEnumerable();

    public Task<string> PutAsync(ContentKey key, ReadOnlyMemory<byte> content, CancellationToken cancellationToken = default) =>
        AskAsync("put", key, content, bytes => _store.PutAsync(key, bytes, CancellationToken.None), cancellationToken);

    public Task<string?> CreateAsync(ContentKey key, ReadOnlyMemory<byte> content, CancellationToken cancellationToken = default) =>
        AskAsync("create", key, content, bytes => _store.CreateAsync(key, bytes, CancellationToken.None), cancellationToken);

    public Task<string?> ReplaceAsync(ContentKey key, ReadOnlyMemory<byte> content, string etag, CancellationToken cancellationToken = default) =>
        AskAsync("replace", key, content, bytes => _store.ReplaceAsync(key, bytes, etag, CancellationToken.None), cancellationToken);

    public Task<bool> DeleteAsync(ContentKey key, CancellationToken cancellationToken = default) =>
        AskAsync("delete", key, default, _ => _store.DeleteAsync(key, CancellationToken.None), cancellationToken);

    public Task<bool> DeleteAsync(ContentKey key, string etag, CancellationToken cancellationToken = default) =>
        AskAsync("delete", key, default, _ => _store.DeleteAsync(key, etag, CancellationToken.None), cancellationToken);

    public Task<int> DeleteAsync(ContentPrefix prefix, CancellationToken cancellationToken = default)
    {
        cancellationToken.ThrowIfCancellationRequested();
        return writes.AskAsync(new PendingWrite<int>(null, $"delete {prefix}", [], () => Done(_store.DeleteAsync(prefix, CancellationToken.None))));
    }

    public Task<long> AppendAsync(ContentKey key, ReadOnlyMemory<byte> content, bool flush, CancellationToken cancellationToken = default)
    {
        cancellationToken.ThrowIfCancellationRequested();
        var bytes = content.ToArray();
        var text = OfThisProcess.Replace(Encoding.UTF8.GetString(bytes), "");
        return writes.AskAsync(new PendingWrite<long>(
            key.Value,
            $"append {key}",

            // The events of an execution are appended before the record of its attempt.
            Encoding.UTF8.GetBytes((text.Contains("{\"ended\":", StringComparison.Ordinal) ? "record " : "events ") + text),
            () => disk.Append(key, bytes, flush),
            () => disk.Append(key, bytes[..(bytes.Length / 2)], flush)));
    }

    private Task<T> AskAsync<T>(
        string operation, ContentKey key, ReadOnlyMemory<byte> content, Func<byte[], Task<T>> perform, CancellationToken cancellationToken)
    {
        cancellationToken.ThrowIfCancellationRequested();
        var bytes = content.ToArray();
        return writes.AskAsync(new PendingWrite<T>(null, $"{operation} {key}", bytes, () => Done(perform(bytes))));
    }

    private Task<T> ReadAsync<T>(string place, Func<Task<T>> read)
    {
        try
        {
            return writes.IsStoreAway ? Task.FromException<T>(Away(place)) : Task.FromResult(Done(read()));
        }
        catch (Exception exception)
        {
            return Task.FromException<T>(exception);
        }
    }

    private static ContentStoreException Away(string place) => new(place, $"{place}: the sweep's store is away.");

    /// <summary>In memory its tasks have ended when they are returned; files are waited for.</summary>
    private static T Done<T>(Task<T> task) => task.GetAwaiter().GetResult();
}
