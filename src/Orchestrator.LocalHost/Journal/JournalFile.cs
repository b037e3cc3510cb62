using System.Buffers;
using System.Text.Json;
using Microsoft.Win32.SafeHandles;
using Orchestrator.Storage.Files;

namespace Orchestrator.LocalHost.Journal;

/// <summary>
/// One history file with group commit: a flush starts as soon as the previous one has ended, and records that are appended meanwhile share the next
/// flush. There is no timer.
/// </summary>
internal sealed class JournalFile
{
    private readonly Lock _gate = new();
    private readonly JournalId _id;
    private readonly JournalDevice _device;
    private readonly OpenFileBudget _budget;
    private SafeFileHandle? _handle;
    private byte[]? _pending;
    private int _pendingLength;
    private TaskCompletionSource? _batch;
    private Task _lastBatch = Task.CompletedTask;
    private bool _queued;
    private long _accepted;
    private long _durableLength;
    private Exception? _fault;

    public JournalFile(JournalId id, string path, JournalDevice device, OpenFileBudget budget, long records, long length)
    {
        _id = id;
        Path = path;
        _device = device;
        _budget = budget;
        _accepted = records;
        _durableLength = length;
    }

    public string Path { get; }

    /// <summary>The number of durable bytes, which readers may read.</summary>
    public long DurableLength
    {
        get
        {
            lock (_gate)
            {
                return _durableLength;
            }
        }
    }

    public Task Append(long expectedPosition, ReadOnlySpan<byte> record)
    {
        Task durable;
        var enqueue = false;
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

            if (_accepted == 0)
            {
                AddFrame(0, Header(_id));
            }

            _accepted++;
            AddFrame(_accepted, record);
            _batch ??= new TaskCompletionSource(TaskCreationOptions.RunContinuationsAsynchronously);
            durable = _batch.Task;
            if (!_queued)
            {
                _queued = enqueue = true;
            }
        }

        if (enqueue)
        {
            _ = DiskThreads.RunAsync(Flush);
        }

        return durable;
    }

    /// <summary>Writes and flushes the pending records once. Called by one thread at a time.</summary>
    public void Flush()
    {
        byte[] bytes;
        int length;
        TaskCompletionSource batch;
        lock (_gate)
        {
            (bytes, length, batch) = (_pending!, _pendingLength, _batch!);
            (_pending, _pendingLength, _batch) = (null, 0, null);
            _lastBatch = batch.Task;
        }

        try
        {
            if (_handle is null)
            {
                _handle = _device.Open(Path);
                _budget.Opened();
            }

            _device.Write(_handle, bytes.AsSpan(0, length), _durableLength);
            _device.Flush(_handle);
        }
        catch (Exception problem)
        {
            Fail(batch, problem);
            return;
        }

        ArrayPool<byte>.Shared.Return(bytes);
        bool more;
        lock (_gate)
        {
            _durableLength += length;
            more = _queued = _batch is not null;
            if (!more && _budget.Exceeded)
            {
                CloseHandle();
            }
        }

        batch.SetResult();
        if (more)
        {
            _ = DiskThreads.RunAsync(Flush);
        }
    }

    /// <summary>Waits for the appended records, accepts no more, and closes the file.</summary>
    public async Task CloseAsync()
    {
        Task last;
        lock (_gate)
        {
            _fault ??= new JournalException($"The history of '{_id}' was closed or deleted: it takes no more records.");
            last = _batch?.Task ?? _lastBatch;
        }

        try
        {
            await last.ConfigureAwait(false);
        }
        catch (JournalException)
        {
            // The callers of the appends get the exception.
        }

        lock (_gate)
        {
            CloseHandle();
        }
    }

    private void Fail(TaskCompletionSource batch, Exception problem)
    {
        TaskCompletionSource? next;
        lock (_gate)
        {
            // After a failed write the content of the file is unknown until it is read again.
            problem = new JournalException(
                $"The history of '{_id}' could not be written to '{Path}': {problem.Message} "
                + "Free the disk or repair it, then restart; what was confirmed before is safe.",
                problem);
            _fault ??= problem;
            next = _batch;
            (_batch, _queued) = (null, false);
            CloseHandle();
        }

        batch.SetException(problem);
        next?.SetException(problem);
        _ = batch.Task.Exception;
        _ = next?.Task.Exception;
    }

    private void CloseHandle()
    {
        if (_handle is not null)
        {
            _handle.Dispose();
            _handle = null;
            _budget.Closed();
        }
    }

    /// <summary>The header, the first line of each file of a history.</summary>
    public static byte[] Header(JournalId id, ExtractHeader? extract = null) =>
        JsonSerializer.SerializeToUtf8Bytes(new JournalHeader(id.InstanceId, id.Generation) { Extract = extract }, JournalHeaderContext.Default.JournalHeader);

    private void AddFrame(long number, ReadOnlySpan<byte> record)
    {
        var needed = _pendingLength + record.Length + RecordFrame.Overhead;
        if (_pending is null)
        {
            _pending = ArrayPool<byte>.Shared.Rent(needed);
        }
        else if (_pending.Length < needed)
        {
            var larger = ArrayPool<byte>.Shared.Rent(Math.Max(needed, _pending.Length * 2));
            _pending.AsSpan(0, _pendingLength).CopyTo(larger);
            ArrayPool<byte>.Shared.Return(_pending);
            _pending = larger;
        }

        _pendingLength += RecordFrame.Write(_pending.AsSpan(_pendingLength), number, record);
    }
}
