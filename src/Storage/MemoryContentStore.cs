using System.Globalization;
using System.Runtime.CompilerServices;

namespace Orchestrator.Storage;

/// <summary>
/// The contract in a dictionary, for the lifetime of the object; the reference for the other stores. Thread-safe; every call completes at once.
/// </summary>
public sealed class MemoryContentStore : IContentStore
{
    private readonly Lock _gate = new();
    private readonly Dictionary<string, Entry> _entries = new(StringComparer.Ordinal);
    private readonly SortedSet<string> _keys = new(StringComparer.Ordinal);
    private long _version;

    public Task<StoredContent?> GetAsync(ContentKey key, CancellationToken cancellationToken = default)
    {
        cancellationToken.ThrowIfCancellationRequested();
        lock (_gate)
        {
            return Task.FromResult(_entries.TryGetValue(key.Value, out var entry) ? new StoredContent(entry.Share(), entry.ETag) : null);
        }
    }

    public Task<ContentTail?> ReadFromAsync(ContentKey key, long offset, int? maxBytes, CancellationToken cancellationToken = default)
    {
        ArgumentOutOfRangeException.ThrowIfNegative(offset);
        ArgumentOutOfRangeException.ThrowIfLessThan(maxBytes ?? 1, 1, nameof(maxBytes));
        cancellationToken.ThrowIfCancellationRequested();
        lock (_gate)
        {
            if (!_entries.TryGetValue(key.Value, out var entry))
            {
                return Task.FromResult<ContentTail?>(null);
            }

            var bytes = entry.Share();
            var from = (int)Math.Min(offset, bytes.Length);
            var to = (int)Math.Min(from + (long)(maxBytes ?? int.MaxValue), bytes.Length);
            return Task.FromResult<ContentTail?>(new ContentTail(bytes[from..to], to));
        }
    }

    public Task<string> PutAsync(ContentKey key, ReadOnlyMemory<byte> content, CancellationToken cancellationToken = default)
    {
        cancellationToken.ThrowIfCancellationRequested();
        lock (_gate)
        {
            return Task.FromResult(Write(key, content.ToArray()));
        }
    }

    public Task<string?> CreateAsync(ContentKey key, ReadOnlyMemory<byte> content, CancellationToken cancellationToken = default)
    {
        cancellationToken.ThrowIfCancellationRequested();
        lock (_gate)
        {
            return Task.FromResult(_entries.ContainsKey(key.Value) ? null : Write(key, content.ToArray()));
        }
    }

    public Task<string?> ReplaceAsync(
        ContentKey key, ReadOnlyMemory<byte> content, string etag, CancellationToken cancellationToken = default)
    {
        ArgumentNullException.ThrowIfNull(etag);
        cancellationToken.ThrowIfCancellationRequested();
        lock (_gate)
        {
            var unchanged = _entries.TryGetValue(key.Value, out var entry) && entry.ETag == etag;
            return Task.FromResult(unchanged ? Write(key, content.ToArray()) : null);
        }
    }

    public Task<long> AppendAsync(ContentKey key, ReadOnlyMemory<byte> content, bool flush, CancellationToken cancellationToken = default)
    {
        ArgumentOutOfRangeException.ThrowIfGreaterThan(content.Length, IContentStore.MaxAppendBytes, nameof(content));
        cancellationToken.ThrowIfCancellationRequested();
        lock (_gate)
        {
            if (!_entries.TryGetValue(key.Value, out var entry))
            {
                Write(key, content.ToArray());
                return Task.FromResult<long>(content.Length);
            }

            entry.Append(content.Span, NextETag());
            return Task.FromResult<long>(entry.Length);
        }
    }

    public Task<bool> DeleteAsync(ContentKey key, CancellationToken cancellationToken = default)
    {
        cancellationToken.ThrowIfCancellationRequested();
        lock (_gate)
        {
            return Task.FromResult(Remove(key.Value));
        }
    }

    public Task<bool> DeleteAsync(ContentKey key, string etag, CancellationToken cancellationToken = default)
    {
        ArgumentNullException.ThrowIfNull(etag);
        cancellationToken.ThrowIfCancellationRequested();
        lock (_gate)
        {
            return Task.FromResult(_entries.TryGetValue(key.Value, out var entry) && entry.ETag == etag && Remove(key.Value));
        }
    }

    public Task<int> DeleteAsync(ContentPrefix prefix, CancellationToken cancellationToken = default)
    {
        cancellationToken.ThrowIfCancellationRequested();
        lock (_gate)
        {
            return Task.FromResult(KeysFrom(prefix.Value).Count(Remove));
        }
    }

    public async IAsyncEnumerable<ContentKey> ListAsync(
        ContentPrefix prefix, [EnumeratorCancellation] CancellationToken cancellationToken = default)
    {
        string[] keys;
        lock (_gate)
        {
            keys = KeysFrom(prefix.Value);
        }

        foreach (var key in keys)
        {
            cancellationToken.ThrowIfCancellationRequested();
            yield return ContentKey.Parse(key);
        }

        await Task.CompletedTask;
    }

    private string[] KeysFrom(string prefix) => [.. View(prefix)];

    // U+FFFF sorts after every character of a key.
    private SortedSet<string> View(string prefix) => _keys.GetViewBetween(prefix, prefix + '\uffff');

    private bool Remove(string key)
    {
        _keys.Remove(key);
        return _entries.Remove(key);
    }

    private string Write(ContentKey key, byte[] content)
    {
        if (_keys.Add(key.Value) && FolderClash(key.Value) is { } clash)
        {
            _keys.Remove(key.Value);
            throw new ContentStoreException(key.Value, clash);
        }

        var etag = NextETag();
        _entries[key.Value] = new Entry(content, etag);
        return etag;
    }

    private string? FolderClash(string key)
    {
        for (var slash = key.IndexOf('/', StringComparison.Ordinal); slash >= 0; slash = key.IndexOf('/', slash + 1))
        {
            if (_keys.Contains(key[..slash]))
            {
                return $"'{key}' cannot be stored: '{key[..slash]}' is a value, so nothing can be below it. Choose another key.";
            }
        }

        return View(key + "/").Min is not null ? $"'{key}' cannot be stored: other keys are below it. Choose another key." : null;
    }

    private string NextETag() => (++_version).ToString(CultureInfo.InvariantCulture);

    private sealed class Entry(byte[] bytes, string etag)
    {
        private byte[] _buffer = bytes;

        public int Length { get; private set; } = bytes.Length;

        public string ETag { get; private set; } = etag;

        /// <summary>The bytes, which do not change: an append writes behind them, or copies them first.</summary>
        public ReadOnlyMemory<byte> Share() => _buffer.AsMemory(0, Length);

        /// <summary>Appends to the last complete line, as the store of files does; tests interrupt appends.</summary>
        public void Append(ReadOnlySpan<byte> more, string newETag)
        {
            var kept = _buffer.AsSpan(0, Length).LastIndexOf((byte)'\n') + 1;
            if (kept < Length)
            {
                _buffer = _buffer[..kept];
            }

            if (kept + more.Length > _buffer.Length)
            {
                Array.Resize(ref _buffer, Math.Max(kept + more.Length, _buffer.Length * 2));
            }

            more.CopyTo(_buffer.AsSpan(kept));
            Length = kept + more.Length;
            ETag = newETag;
        }
    }
}
