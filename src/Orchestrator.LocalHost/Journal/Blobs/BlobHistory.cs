using System.Runtime.InteropServices;
using System.Text.Json;
using Azure;
using Azure.Storage.Blobs.Models;
using Azure.Storage.Blobs.Specialized;

namespace Orchestrator.LocalHost.Journal.Blobs;

/// <summary>
/// One history and its greedy group commit: an append begins the moment the one before it has ended, and takes all that has come meanwhile. Each says
/// at which byte it must land, so that two writers can never interleave and an append that is sent again is never doubled.
/// </summary>
internal sealed class BlobHistory
{
    private readonly Lock _gate = new();
    private readonly Queue<BlobBatch> _batches = new();
    private readonly JournalId _id;
    private readonly BlobAccount _account;
    private readonly BlobSegments _segments;
    private readonly BlobOwnership _ownership;
    private readonly Func<JournalId, Task<BlobEnd>> _read;
    private BlobBatch? _open;
    private BlobEnd _end;
    private Task _writing = Task.CompletedTask;
    private bool _isWriting;
    private long _accepted;
    private JournalException? _fault;

    /// <param name="end">Where the history ends; <see cref="BlobEnd.None"/> when it is believed not to be there.</param>
    /// <param name="read">Finds out where the history ends, if it is there after all.</param>
    public BlobHistory(
        JournalId id, BlobAccount account, BlobSegments segments, BlobOwnership ownership, BlobEnd end, Func<JournalId, Task<BlobEnd>> read)
    {
        _id = id;
        _account = account;
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
                _open.Add(0, JsonSerializer.SerializeToUtf8Bytes(new JournalHeader(_id.InstanceId, _id.Generation), JournalHeaderContext.Default.JournalHeader));
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

    /// <summary>Waits for what was appended, and takes nothing more.</summary>
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
            catch (JournalConflictException conflict)
            {
                Reject(batch, conflict, conflict.Actual, fault: null);
                continue;
            }
            catch (Exception problem)
            {
                var fault = _ownership.Reason
                    ?? problem as JournalException
                    ?? new JournalException($"The history of '{_id}' could not be written: {problem.Message} Restart; what was confirmed before is safe.", problem);
                Reject(batch, fault, 0, fault);
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

    /// <summary>Fails all that waits: what comes behind a lost record is lost with it.</summary>
    private void Reject(BlobBatch batch, JournalException problem, long accepted, JournalException? fault)
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
            lost.Fail(problem);
        }
    }

    private async Task WriteAsync(BlobBatch batch)
    {
        if (_end.Segment < 0 && !await CreateAsync(0).ConfigureAwait(false))
        {
            // Another writer was first: an earlier process, or an earlier try of this one whose answer was lost.
            _end = await _read(_id).ConfigureAwait(false);
            if (_end.Records > 0)
            {
                throw new JournalConflictException(_id, 0, _end.Records);
            }
        }

        if (_end.Blocks >= _account.Options.BlocksPerSegment)
        {
            await CreateAsync(_end.Segment + 1).ConfigureAwait(false);
        }

        var blob = _account.Container.GetAppendBlobClient(_segments.NameOf(_id, _end.Segment));
        try
        {
            var answer = await _account.SendAsync(
                $"Writing to '{_account.Locate(blob.Name)}'", token => AppendAsync(blob, batch.Bytes, token), CancellationToken.None, _ownership.ConfirmAsync)
                .ConfigureAwait(false);
            _end = _end with { Blocks = answer.BlobCommittedBlockCount };
        }
        catch (RequestFailedException answer)
        {
            if (answer.Status != 412 || !await IsThereAsync(blob, batch.Bytes).ConfigureAwait(false))
            {
                throw WrittenByOthers(blob, answer);
            }

            _end = _end with { Blocks = _end.Blocks + 1 };
        }

        _end = _end with { Length = _end.Length + batch.Bytes.Length };
    }

    private async Task<bool> CreateAsync(int number)
    {
        var blob = _account.Container.GetAppendBlobClient(_segments.NameOf(_id, number));
        var absent = new AppendBlobCreateOptions { Conditions = new AppendBlobRequestConditions { IfNoneMatch = ETag.All } };
        var created = true;
        try
        {
            await _account.SendAsync(
                $"Creating '{_account.Locate(blob.Name)}'", token => blob.CreateAsync(absent, token), CancellationToken.None, _ownership.ConfirmAsync).ConfigureAwait(false);
        }
        catch (RequestFailedException exists) when (exists.Status is 409 or 412)
        {
            created = false;
        }
        catch (RequestFailedException answer)
        {
            throw _account.Refused($"Creating '{_account.Locate(blob.Name)}'", answer);
        }

        // What is in a blob that was there already shows at the first append, which must land at byte 0.
        _end = _end with { Segment = number, Length = 0, Blocks = 0 };
        return created;
    }

    private async Task<BlobAppendInfo> AppendAsync(AppendBlobClient blob, ReadOnlyMemory<byte> bytes, CancellationToken cancellation)
    {
        MemoryMarshal.TryGetArray(bytes, out var array);
        using var content = new MemoryStream(array.Array!, array.Offset, array.Count, writable: false);
        var options = new AppendBlobAppendBlockOptions { Conditions = new AppendBlobRequestConditions { IfAppendPositionEqual = _end.Length } };
        return (await blob.AppendBlockAsync(content, options, cancellation).ConfigureAwait(false)).Value;
    }

    /// <summary>Whether the append was made, and only its answer was lost.</summary>
    private async Task<bool> IsThereAsync(AppendBlobClient blob, ReadOnlyMemory<byte> bytes)
    {
        using var source = new BlobSource(_account, blob.Name, _end.Length + bytes.Length, from: _end.Length);
        var found = new byte[bytes.Length];
        var length = 0;
        while (length < found.Length && await source.ReadAsync(found.AsMemory(length), CancellationToken.None).ConfigureAwait(false) is > 0 and var read)
        {
            length += read;
        }

        return length == found.Length && bytes.Span.SequenceEqual(found);
    }

    private JournalException WrittenByOthers(AppendBlobClient blob, RequestFailedException answer) => new(
        $"The history of '{_id}' could not be written to '{_account.Locate(blob.Name)}': "
        + (answer.Status == 404 ? "the blob is gone." : $"behind byte {_end.Length} there is something else already.")
        + " Another process is at work in the container: stop it, then restart; what was confirmed before is safe.",
        answer);
}
