using System.Buffers;
using System.Runtime.InteropServices;

namespace Orchestrator.Storage;

/// <summary>
/// Group commit per log: the first append is committed at once, and appends that arrive meanwhile share the next commit. Under load one flush serves
/// many appends, and no append waits for a timer. The order of the calls is the order in the log. Thread-safe; an idle log takes no memory.
/// </summary>
/// <typeparam name="TLog">Identifies a log.</typeparam>
/// <param name="commit">
/// Writes a batch, makes it durable if its last argument is true, and returns the offset at which it begins, in bytes. Called for one batch of a log
/// at a time, at first on the thread of the append, so it must not block. The next batch is committed on the thread on which the task completes.
/// </param>
/// <param name="maxBytes">Maximum size of a batch in bytes, unless its only member is larger.</param>
public sealed class GroupCommit<TLog>(Func<TLog, IReadOnlyList<ReadOnlyMemory<byte>>, bool, Task<long>> commit, long maxBytes = long.MaxValue)
    where TLog : notnull
{
    private readonly Lock _gate = new();
    private readonly Dictionary<TLog, List<Pending>> _waiting = [];

    /// <summary>The number of logs with a commit in progress.</summary>
    public int Count
    {
        get
        {
            lock (_gate)
            {
                return _waiting.Count;
            }
        }
    }

    /// <summary>Appends to a log.</summary>
    /// <param name="content">Must not change until the task completes.</param>
    /// <param name="flush">
    /// Whether the task completes only when the content is durable; a batch is flushed when one of its members asks for it.
    /// </param>
    /// <returns>
    /// Completes when the content is written, and durable if asked for, with the offset of its end in bytes. Fails with the exception of its batch;
    /// later batches are committed nevertheless.
    /// </returns>
    public Task<long> AddAsync(TLog log, ReadOnlyMemory<byte> content, bool flush = true)
    {
        var pending = new Pending(content, flush);
        lock (_gate)
        {
            ref var waiting = ref CollectionsMarshal.GetValueRefOrAddDefault(_waiting, log, out var inProgress);
            (waiting ??= []).Add(pending);
            if (inProgress)
            {
                return pending.Task;
            }
        }

        _ = CommitAllAsync(log);
        return pending.Task;
    }

    private async Task CommitAllAsync(TLog log)
    {
        while (Take(log) is { } batch)
        {
            try
            {
                // The synchronization context of the append that came first must not delay the others.
                var position = await commit(log, batch.ConvertAll(pending => pending.Content), batch.Exists(pending => pending.Flush))
                    .ConfigureAwait(false);
                foreach (var pending in batch)
                {
                    position += pending.Content.Length;
                    pending.SetResult(position);
                }
            }
            catch (Exception exception)
            {
                batch.ForEach(pending => pending.Fail(exception));
            }
        }
    }

    private List<Pending>? Take(TLog log)
    {
        lock (_gate)
        {
            var waiting = _waiting[log];
            if (waiting.Count == 0)
            {
                _waiting.Remove(log);
                return null;
            }

            var count = 1;
            for (long bytes = waiting[0].Content.Length; count < waiting.Count; count++)
            {
                bytes += waiting[count].Content.Length;
                if (bytes > maxBytes)
                {
                    break;
                }
            }

            var batch = waiting.GetRange(0, count);
            waiting.RemoveRange(0, count);
            return batch;
        }
    }

    private sealed class Pending(ReadOnlyMemory<byte> content, bool flush)
        : TaskCompletionSource<long>(TaskCreationOptions.RunContinuationsAsynchronously)
    {
        public ReadOnlyMemory<byte> Content { get; } = content;

        public bool Flush { get; } = flush;

        public void Fail(Exception exception)
        {
            SetException(exception);

            // Mark the exception as observed: the caller of the append may have ended.
            _ = Task.Exception;
        }
    }
}

/// <summary>What all group commits share.</summary>
public static class GroupCommit
{
    /// <summary>A batch as one block of bytes; a batch of one is not copied.</summary>
    public static ReadOnlyMemory<byte> Join(IReadOnlyList<ReadOnlyMemory<byte>> parts)
    {
        ArgumentNullException.ThrowIfNull(parts);
        if (parts.Count == 1)
        {
            return parts[0];
        }

        var joined = new ArrayBufferWriter<byte>(Math.Max(1, parts.Sum(part => part.Length)));
        foreach (var part in parts)
        {
            joined.Write(part.Span);
        }

        return joined.WrittenMemory;
    }
}
