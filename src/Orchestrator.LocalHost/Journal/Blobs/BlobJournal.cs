using System.Collections.Concurrent;
using System.Runtime.CompilerServices;
using Azure.Storage.Blobs;
using Orchestrator.Storage;
using Orchestrator.Storage.Blobs;

namespace Orchestrator.LocalHost.Journal.Blobs;

/// <summary>
/// Stores histories as append blobs of Azure Storage, in the format of <see cref="FileJournal"/>. A record is durable when the account has confirmed
/// its block. One process at a time owns the journal. Thread-safe.
/// </summary>
/// <remarks>
/// While the account does not respond, appended records wait in memory for at most <see cref="BlobJournalOptions.Patience"/>. An append whose
/// response was lost is detected by reading the blob.
/// </remarks>
public sealed class BlobJournal : IJournal
{
    private readonly ConcurrentDictionary<JournalId, BlobHistory> _histories = new();
    private readonly HistoryHeaders _headers = new();
    private readonly GroupCommit<HistoryWriter> _commits = HistoryWriter.NewGroup(IContentStore.MaxAppendBytes);
    private readonly SemaphoreSlim _opening = new(1, 1);
    private readonly JournalContainer _container;
    private readonly BlobSegments _segments;
    private readonly BlobOwnership _ownership;
    private bool _disposed;

    private BlobJournal(JournalContainer container, BlobOwnership ownership)
    {
        _container = container;
        _ownership = ownership;
        _segments = new BlobSegments(container);
    }

    /// <inheritdoc/>
    public Task<JournalException> Lost => _ownership.Lost;

    /// <summary>Acquires the journal in a container, which is created when it is missing.</summary>
    /// <param name="container">The container. Retries of its client are in addition to those of the journal.</param>
    /// <param name="time">The clock for the lease and for retries; null uses the system's.</param>
    /// <param name="options">Null uses the defaults.</param>
    /// <exception cref="JournalException">Another process, which the message names, owns the journal, or the account is not accessible.</exception>
    public static async Task<BlobJournal> OpenAsync(
        BlobContainerClient container, TimeProvider? time = null, BlobJournalOptions? options = null, CancellationToken cancellationToken = default)
    {
        ArgumentNullException.ThrowIfNull(container);
        var opened = new JournalContainer(container, time ?? TimeProvider.System, options ?? new BlobJournalOptions());
        try
        {
            return new BlobJournal(opened, await BlobOwnership.AcquireAsync(opened, cancellationToken).ConfigureAwait(false));
        }
        catch
        {
            opened.Dispose();
            throw;
        }
    }

    /// <inheritdoc/>
    public Task AppendAsync(
        JournalId id, long expectedPosition, IReadOnlyList<ReadOnlyMemory<byte>> records, CancellationToken cancellationToken = default)
    {
        ArgumentNullException.ThrowIfNull(records);
        ObjectDisposedException.ThrowIf(_disposed, this);
        if (_ownership.Reason is { } reason)
        {
            return Task.FromException(reason);
        }

        if (RecordFrame.RejectAny(records) is { } problem)
        {
            return Task.FromException(new ArgumentException(problem, nameof(records)));
        }

        if (_histories.TryGetValue(id, out var known))
        {
            return known.AppendAsync(expectedPosition, records);
        }

        // No check whether the history exists: creating it would fail then.
        return expectedPosition == 0
            ? _histories.GetOrAdd(id, NewHistory(id, BlobEnd.None)).AppendAsync(0, records)
            : AppendToUnreadAsync(id, expectedPosition, [.. records.Select(record => (ReadOnlyMemory<byte>)record.ToArray())], cancellationToken);
    }

    /// <inheritdoc/>
    public async IAsyncEnumerable<ReadOnlyMemory<byte>> ReadAsync(
        JournalId id, [EnumeratorCancellation] CancellationToken cancellationToken = default)
    {
        ObjectDisposedException.ThrowIf(_disposed, this);
        _headers.ThrowIfUnreadable(id);
        var reader = new BlobHistoryReader(_container, _segments, id);
        await foreach (var record in reader.ReadAsync(cancellationToken).ConfigureAwait(false))
        {
            yield return record;
        }

        if (reader.End.Records > 0)
        {
            _histories.TryAdd(id, NewHistory(id, reader.End));
        }
    }

    /// <inheritdoc/>
    public async IAsyncEnumerable<JournalId> ListAsync([EnumeratorCancellation] CancellationToken cancellationToken = default)
    {
        ObjectDisposedException.ThrowIf(_disposed, this);
        var file = string.Empty;
        await foreach (var segment in _segments.ListAsync(cancellationToken).ConfigureAwait(false))
        {
            if (segment.Number == 0)
            {
                file = segment.File;
                var id = InstanceFileName.Decode(file, out var isHistory);
                if (isHistory && (id ?? await ReadIdAsync(segment).ConfigureAwait(false)) is { } known)
                {
                    yield return known;
                }

                Task<JournalId?> ReadIdAsync(BlobSegment first) =>
                    _headers.ReadIdAsync(first.File, () => new BlobSource(_container, first.Name, first.Length), cancellationToken);
            }
            else if (segment.File != file)
            {
                // Histories are deleted from the first segment on, so this is the rest of an interrupted deletion.
                await _segments.DeleteAsync(segment, cancellationToken).ConfigureAwait(false);
            }
        }
    }

    /// <inheritdoc/>
    public async Task DeleteAsync(JournalId id, CancellationToken cancellationToken = default)
    {
        ObjectDisposedException.ThrowIf(_disposed, this);
        if (_histories.TryGetValue(id, out var known))
        {
            await known.CloseAsync().ConfigureAwait(false);
        }

        await _ownership.ConfirmAsync(cancellationToken).ConfigureAwait(false);
        await foreach (var segment in _segments.ListAsync(id, cancellationToken).ConfigureAwait(false))
        {
            await _segments.DeleteAsync(segment, cancellationToken).ConfigureAwait(false);
        }

        _histories.TryRemove(id, out _);
    }

    /// <summary>Waits for the appended records and releases the journal.</summary>
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
        _container.Dispose();
    }

    private BlobHistory NewHistory(JournalId id, BlobEnd end) => new(id, _container, _segments, _ownership, _commits, end, ReadPresumedNewAsync);

    private async Task<BlobEnd> ReadPresumedNewAsync(BlobHistory history)
    {
        var end = await ReadEndAsync(history.Id).ConfigureAwait(false);
        if (end.Records > 0)
        {
            _histories.TryRemove(KeyValuePair.Create(history.Id, history));
        }

        return end;
    }

    private async Task<BlobEnd> ReadEndAsync(JournalId id)
    {
        var reader = new BlobHistoryReader(_container, _segments, id);
        await foreach (var _ in reader.ReadAsync(CancellationToken.None).ConfigureAwait(false))
        {
            // Only the end is needed.
        }

        return reader.End;
    }

    private async Task AppendToUnreadAsync(
        JournalId id, long expectedPosition, ReadOnlyMemory<byte>[] records, CancellationToken cancellationToken)
    {
        await _opening.WaitAsync(cancellationToken).ConfigureAwait(false);
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
            ? known.AppendAsync(expectedPosition, records)
            : throw new JournalConflictException(id, expectedPosition, 0)).ConfigureAwait(false);
    }
}

/// <summary>The options of a <see cref="BlobJournal"/>. Immutable.</summary>
public sealed record BlobJournalOptions
{
    /// <summary>The folder in the container, the prefix of every blob's name.</summary>
    /// <value>The default is "journal". One process at a time owns a folder.</value>
    public string Folder { get; init; } = "journal";

    /// <summary>Maximum time for which a request is retried while the account does not respond. Appended records wait in memory meanwhile.</summary>
    /// <value>Zero or more; the default is 2 minutes.</value>
    public TimeSpan Patience { get; init; } = TimeSpan.FromMinutes(2);

    /// <summary>Maximum number of concurrent requests.</summary>
    /// <value>1 or more; the default is 32.</value>
    public int MaxConcurrentRequests { get; init; } = 32;

    /// <summary>Maximum number of blocks in a segment.</summary>
    internal int BlocksPerSegment { get; init; } = BlobAccount.MaxAppends;
}
