using System.Buffers;

namespace Orchestrator.LocalHost.Journal.Blobs;

/// <summary>Records that share one block. Not thread-safe.</summary>
internal sealed class BlobBatch
{
    /// <summary>Maximum size of a block with more than one record, in bytes.</summary>
    public const int MaxBytes = 4 * 1024 * 1024;

    private readonly ArrayBufferWriter<byte> _bytes = new();
    private readonly TaskCompletionSource _durable = new(TaskCreationOptions.RunContinuationsAsynchronously);

    public ReadOnlyMemory<byte> Bytes => _bytes.WrittenMemory;

    public Task Durable => _durable.Task;

    public bool HasRoomFor(int record) => _bytes.WrittenCount == 0 || _bytes.WrittenCount + record + RecordFrame.Overhead <= MaxBytes;

    public void Add(long number, ReadOnlySpan<byte> record) =>
        _bytes.Advance(RecordFrame.Write(_bytes.GetSpan(record.Length + RecordFrame.Overhead), number, record));

    public void Succeed() => _durable.SetResult();

    public void Fail(Exception exception)
    {
        _durable.SetException(exception);

        // Mark the exception as observed: the instance that appended may have ended.
        _ = _durable.Task.Exception;
    }
}
