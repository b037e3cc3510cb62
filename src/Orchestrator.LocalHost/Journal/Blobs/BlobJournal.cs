using System.Collections.Concurrent;
using System.Runtime.CompilerServices;
using Azure.Storage.Blobs;

namespace Orchestrator.LocalHost.Journal.Blobs;

/// <summary>
/// Histories as append blobs of Azure Storage, the same lines as in a file. A record is durable when the account has confirmed its block. The journal
/// belongs to one process at a time.
/// </summary>
/// <remarks>
/// While the account does not answer, what is appended waits in memory, for at most <see cref="BlobJournalOptions.Patience"/>. An append whose answer was
/// lost is recognised by reading what is there.
/// </remarks>
public sealed class BlobJournal : IJournal
{
    private readonly ConcurrentDictionary<JournalId, BlobHistory> _histories = new();
    private readonly ConcurrentDictionary<JournalId, JournalException> _unreadable = new();
    private readonly SemaphoreSlim _opening = new(1, 1);
    private readonly BlobAccount _account;
    private readonly BlobSegments _segments;
    private readonly BlobOwnership _ownership;
    private bool _disposed;

    private BlobJournal(BlobAccount account, BlobOwnership ownership)
    {
        _account = account;
        _ownership = ownership;
        _segments = new BlobSegments(account);
    }

    /// <inheritdoc/>
    public Task<JournalException> Lost => _ownership.Lost;

    /// <summary>Takes possession of the journal in a container, which is created when it is missing.</summary>
    /// <param name="container">Its own retries, if any, come before those of the journal.</param>
    /// <param name="time">Renews the lease and paces retries; null means the system's clock.</param>
    /// <param name="options">Null means the defaults.</param>
    /// <exception cref="JournalException">Another process owns the journal (the message names it), or the account cannot be used.</exception>
    public static async Task<BlobJournal> OpenAsync(
        BlobContainerClient container, TimeProvider? time = null, BlobJournalOptions? options = null, CancellationToken cancellation = default)
    {
        ArgumentNullException.ThrowIfNull(container);
        var account = new BlobAccount(container, time ?? TimeProvider.System, options ?? new BlobJournalOptions());
        try
        {
            return new BlobJournal(account, await BlobOwnership.AcquireAsync(account, cancellation).ConfigureAwait(false));
        }
        catch
        {
            account.Dispose();
            throw;
        }
    }

    /// <inheritdoc/>
    public Task AppendAsync(JournalId id, long expectedPosition, ReadOnlyMemory<byte> record, CancellationToken cancellation = default)
    {
        ObjectDisposedException.ThrowIf(_disposed, this);
        if (_ownership.Reason is { } reason)
        {
            return Task.FromException(reason);
        }

        if (RecordFrame.Reject(record.Span) is { } problem)
        {
            return Task.FromException(new ArgumentException(problem, nameof(record)));
        }

        if (_histories.TryGetValue(id, out var known))
        {
            return known.Append(expectedPosition, record.Span);
        }

        // A new history is not looked for first: if there is one after all, creating it fails.
        return expectedPosition == 0
            ? _histories.GetOrAdd(id, NewHistory(id, BlobEnd.None)).Append(0, record.Span)
            : AppendToUnreadAsync(id, expectedPosition, record.ToArray(), cancellation);
    }

    /// <inheritdoc/>
    public async IAsyncEnumerable<ReadOnlyMemory<byte>> ReadAsync(JournalId id, [EnumeratorCancellation] CancellationToken cancellation = default)
    {
        ObjectDisposedException.ThrowIf(_disposed, this);
        if (_unreadable.TryGetValue(id, out var refusal))
        {
            throw refusal;
        }

        var reader = new BlobHistoryReader(_account, _segments, id);
        await foreach (var record in reader.ReadAsync(cancellation).ConfigureAwait(false))
        {
            yield return record;
        }

        if (reader.End.Records > 0)
        {
            _histories.TryAdd(id, NewHistory(id, reader.End));
        }
    }

    /// <inheritdoc/>
    public async IAsyncEnumerable<JournalId> ListAsync([EnumeratorCancellation] CancellationToken cancellation = default)
    {
        ObjectDisposedException.ThrowIf(_disposed, this);
        var file = string.Empty;
        await foreach (var segment in _segments.ListAsync(cancellation).ConfigureAwait(false))
        {
            if (segment.Number == 0)
            {
                file = segment.File;
                var id = InstanceFileName.Decode(file, out var isHistory);
                if (isHistory && (id ?? await ReadIdAsync(segment, cancellation).ConfigureAwait(false)) is { } known)
                {
                    yield return known;
                }
            }
            else if (segment.File != file)
            {
                // A history is deleted from its beginning on: these are the remains of one whose deletion was cut off.
                await _segments.DeleteAsync(segment, cancellation).ConfigureAwait(false);
            }
        }
    }

    /// <inheritdoc/>
    public async Task DeleteAsync(JournalId id, CancellationToken cancellation = default)
    {
        ObjectDisposedException.ThrowIf(_disposed, this);
        if (_histories.TryGetValue(id, out var known))
        {
            await known.CloseAsync().ConfigureAwait(false);
        }

        await _ownership.ConfirmAsync(cancellation).ConfigureAwait(false);
        await foreach (var segment in _segments.ListAsync(id, cancellation).ConfigureAwait(false))
        {
            await _segments.DeleteAsync(segment, cancellation).ConfigureAwait(false);
        }

        _histories.TryRemove(id, out _);
    }

    /// <summary>Waits for what was appended, and releases the journal.</summary>
    public async ValueTask DisposeAsync()
    {
        if (_disposed)
        {
            return;
        }

        _disposed = true;
        await Task.WhenAll(_histories.Values.Select(history => history.CloseAsync())).ConfigureAwait(false);
        await _ownership.DisposeAsync().ConfigureAwait(false);
        _opening.Dispose();
        _account.Dispose();
    }

    private BlobHistory NewHistory(JournalId id, BlobEnd end) => new(id, _account, _segments, _ownership, end, ReadEndAsync);

    private async Task<BlobEnd> ReadEndAsync(JournalId id)
    {
        var reader = new BlobHistoryReader(_account, _segments, id);
        await foreach (var _ in reader.ReadAsync(CancellationToken.None).ConfigureAwait(false))
        {
            // Only the end is wanted.
        }

        return reader.End;
    }

    private async Task AppendToUnreadAsync(JournalId id, long expectedPosition, ReadOnlyMemory<byte> record, CancellationToken cancellation)
    {
        await _opening.WaitAsync(cancellation).ConfigureAwait(false);
        try
        {
            if (!_histories.ContainsKey(id) && await ReadEndAsync(id).ConfigureAwait(false) is { Records: > 0 } end)
            {
                _histories.TryAdd(id, NewHistory(id, end));
            }
        }
        finally
        {
            _opening.Release();
        }

        await (_histories.TryGetValue(id, out var known)
            ? known.Append(expectedPosition, record.Span)
            : throw new JournalConflictException(id, expectedPosition, 0)).ConfigureAwait(false);
    }

    /// <summary>The id behind a name that holds only its hash; null when nothing was written yet.</summary>
    /// <remarks>Where the header cannot tell, the name stands for the id: reading that gives the reason, and no other history is touched.</remarks>
    private async Task<JournalId?> ReadIdAsync(BlobSegment segment, CancellationToken cancellation)
    {
        try
        {
            return await BlobHistoryReader.ReadIdAsync(_account, segment, cancellation).ConfigureAwait(false);
        }
        catch (JournalException problem)
        {
            var unknown = new JournalId(segment.File, 0);
            _unreadable[unknown] = problem;
            return unknown;
        }
    }
}

/// <summary>How a blob journal works.</summary>
public sealed record BlobJournalOptions
{
    /// <summary>The folder in the container: what every blob's name begins with.</summary>
    /// <value>The default is "journal". One process at a time owns a folder.</value>
    public string Folder { get; init; } = "journal";

    /// <summary>How long a request is tried again while the account does not answer. What is appended waits in memory meanwhile.</summary>
    /// <value>Zero or more; the default is 2 minutes.</value>
    public TimeSpan Patience { get; init; } = TimeSpan.FromMinutes(2);

    /// <summary>How many requests are under way at the same time.</summary>
    /// <value>1 or more; the default is 32.</value>
    public int MaxConcurrentRequests { get; init; } = 32;

    /// <summary>After so many blocks a history goes on in another blob. The service takes 50,000.</summary>
    internal int BlocksPerSegment { get; init; } = 49_000;
}
