using System.Runtime.InteropServices;
using Azure;
using Azure.Storage.Blobs.Models;
using Azure.Storage.Blobs.Specialized;

namespace Orchestrator.LocalHost.Journal.Blobs;

/// <summary>
/// One history with group commit: an append starts as soon as the previous one has ended, with all records that were added meanwhile. Each append is
/// conditional on its byte position, so that two writers cannot interleave and a retried append is not duplicated.
/// </summary>
internal sealed class BlobHistory
{
    private readonly Lock _gate = new();
    private readonly Queue<BlobBatch> _batches = new();
    private readonly JournalId _id;
    private readonly JournalContainer _container;
    private readonly BlobSegments _segments;
    private readonly BlobOwnership _ownership;
    private readonly Func<JournalId, Task<BlobEnd>> _read;
    private BlobBatch? _open;
    private BlobEnd _end;
    private Task _writing = Task.CompletedTask;
    private bool _isWriting;
    private long _accepted;
    private JournalException? _fault;

    /// <param name="end">The end of the history; <see cref="BlobEnd.None"/> for one that is presumed new.</param>
    /// <param name="read">Reads the end of the history, for one that exists unexpectedly.</param>
    public BlobHistory(
        JournalId id, JournalContainer container, BlobSegments segments, BlobOwnership ownership, BlobEnd end, Func<JournalId, Task<BlobEnd>> read)
    {
        _id = id;
        _container = container;
        _segments = segments;
        _ownership = ownership;
        _read = read;
        _end = end;
        _accepted = end.Records;
    }

    public Task Append(long expectedPosition, ReadOnlySpan<byte> record)
    {
        lock (_gate)
        {
            if (_fault is not null)
            {
                return Task.FromException(_fault);
            }

            if (_accepted != expectedPosition)
            {
                return Task.FromException(new JournalConflictException(_id, expectedPosition, _accepted));
            }

            if (_open is null || !_open.HasRoomFor(record.Length))
            {
                _batches.Enqueue(_open = new BlobBatch());
            }

            if (_accepted == 0)
            {
                _open.Add(0, JournalFile.Header(_id));
            }

            _open.Add(++_accepted, record);
            var durable = _open.Durable;
            if (!_isWriting)
            {
                _isWriting = true;
                _writing = Task.Run(WriteAsync);
            }

            return durable;
        }
    }

    /// <summary>Waits for the appended records and accepts no more.</summary>
    public async Task CloseAsync()
    {
        Task writing;
        lock (_gate)
        {
            _fault ??= new JournalException($"The history of '{_id}' was closed or deleted: it takes no more records.");
            writing = _writing;
        }

        await writing.ConfigureAwait(false);
    }

    private async Task WriteAsync()
    {
        while (Next() is { } batch)
        {
            try
            {
                await WriteAsync(batch).ConfigureAwait(false);
            }
            catch (JournalConflictException exception)
            {
                FailBatches(batch, exception, exception.Actual, fault: null);
                continue;
            }
            catch (Exception exception)
            {
                var fault = _ownership.Reason
                    ?? exception as JournalException
                    ?? new JournalException(
                        $"The history of '{_id}' could not be written: {exception.Message} Restart; what was confirmed before is safe.", exception);
                FailBatches(batch, fault, 0, fault);
                continue;
            }

            batch.Succeed();
        }
    }

    private BlobBatch? Next()
    {
        lock (_gate)
        {
            if (!_batches.TryDequeue(out var batch))
            {
                _isWriting = false;
                return null;
            }

            _open = ReferenceEquals(batch, _open) ? null : _open;
            return batch;
        }
    }

    /// <summary>Fails all waiting batches: records after a lost one are lost, too.</summary>
    private void FailBatches(BlobBatch batch, JournalException exception, long accepted, JournalException? fault)
    {
        BlobBatch[] waiting;
        lock (_gate)
        {
            waiting = [batch, .. _batches];
            _batches.Clear();
            _open = null;
            _accepted = accepted;
            _fault ??= fault;
        }

        foreach (var lost in waiting)
        {
            lost.Fail(exception);
        }
    }

    private async Task WriteAsync(BlobBatch batch)
    {
        if (_end.Segment < 0 && !await CreateAsync(0).ConfigureAwait(false))
        {
            // The segment exists: it was created by another writer, or by an earlier attempt whose response was lost.
            _end = await _read(_id).ConfigureAwait(false);
            if (_end.Records > 0)
            {
                throw new JournalConflictException(_id, 0, _end.Records);
            }
        }

        if (_end.Blocks >= _container.Options.BlocksPerSegment)
        {
            await CreateAsync(_end.Segment + 1).ConfigureAwait(false);
        }

        var blob = _container.Client.GetAppendBlobClient(_segments.NameOf(_id, _end.Segment));
        try
        {
            var answer = await _container.SendAsync(
                $"Writing to '{_container.Locate(blob.Name)}'",
                token => AppendAsync(blob, batch.Bytes, token), CancellationToken.None, _ownership.ConfirmAsync)
                .ConfigureAwait(false);
            _end = _end with { Blocks = answer.BlobCommittedBlockCount };
        }
        catch (RequestFailedException exception)
        {
            if (exception.Status != 412 || !await IsAppendedAsync(blob, batch.Bytes).ConfigureAwait(false))
            {
                throw WrittenByOthers(blob, exception);
            }

            _end = _end with { Blocks = _end.Blocks + 1 };
        }

        _end = _end with { Length = _end.Length + batch.Bytes.Length };
    }

    private async Task<bool> CreateAsync(int number)
    {
        var blob = _container.Client.GetAppendBlobClient(_segments.NameOf(_id, number));
        var absent = new AppendBlobCreateOptions { Conditions = new AppendBlobRequestConditions { IfNoneMatch = ETag.All } };
        var created = true;
        try
        {
            await _container.SendAsync(
                $"Creating '{_container.Locate(blob.Name)}'", token => blob.CreateAsync(absent, token), CancellationToken.None, _ownership.ConfirmAsync)
                .ConfigureAwait(false);
        }
        catch (RequestFailedException exception) when (exception.Status is 409 or 412)
        {
            created = false;
        }
        catch (RequestFailedException exception)
        {
            throw _container.Refused($"Creating '{_container.Locate(blob.Name)}'", exception);
        }

        // If the existing blob has content, the first append fails, because it is conditional on byte 0.
        _end = _end with { Segment = number, Length = 0, Blocks = 0 };
        return created;
    }

    private async Task<BlobAppendInfo> AppendAsync(AppendBlobClient blob, ReadOnlyMemory<byte> bytes, CancellationToken cancellationToken)
    {
        MemoryMarshal.TryGetArray(bytes, out var array);
        using var content = new MemoryStream(array.Array!, array.Offset, array.Count, writable: false);
        var options = new AppendBlobAppendBlockOptions { Conditions = new AppendBlobRequestConditions { IfAppendPositionEqual = _end.Length } };
        return (await blob.AppendBlockAsync(content, options, cancellationToken).ConfigureAwait(false)).Value;
    }

    /// <summary>Whether the append has succeeded and only its response was lost.</summary>
    private async Task<bool> IsAppendedAsync(AppendBlobClient blob, ReadOnlyMemory<byte> bytes)
    {
        using var source = new BlobSource(_container, blob.Name, _end.Length + bytes.Length, from: _end.Length);
        var found = new byte[bytes.Length];
        var length = 0;
        while (length < found.Length
            && await source.ReadAsync(found.AsMemory(length), CancellationToken.None).ConfigureAwait(false) is > 0 and var read)
        {
            length += read;
        }

        return length == found.Length && bytes.Span.SequenceEqual(found);
    }

    private JournalException WrittenByOthers(AppendBlobClient blob, RequestFailedException exception) => new(
        $"The history of '{_id}' could not be written to '{_container.Locate(blob.Name)}': "
        + (exception.Status == 404 ? "the blob is gone." : $"after byte {_end.Length} it has other content.")
        + " Another process writes to the container: stop it, then restart; what was confirmed before is safe.",
        exception);
}
