using System.Runtime.InteropServices;

namespace Orchestrator.Storage;

/// <summary>
/// Greedy group commit per key: the first append is committed at once, what arrives while that is under way shares the next commit. Under load one
/// flush serves many, and no append waits for a timer. Order of arrival is order in the log. Thread-safe; an idle key takes no memory.
/// </summary>
/// <param name="commit">Makes a batch durable and returns the position at which it begins. Called for one batch of a key at a time.</param>
/// <param name="maxBytes">Maximum size of one batch in bytes, unless its only member is larger.</param>
internal sealed class GroupCommit(Func<string, IReadOnlyList<ReadOnlyMemory<byte>>, Task<long>> commit, long maxBytes = long.MaxValue)
{
    private readonly Lock _gate = new();
    private readonly Dictionary<string, List<Pending>> _waiting = new(StringComparer.Ordinal);

    /// <summary>How many keys have a commit under way.</summary>
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

    /// <summary>Completes when the content is durable, with the position after it. A failure of a batch is the failure of all its members.</summary>
    public Task<long> AddAsync(string key, ReadOnlyMemory<byte> content)
    {
        var pending = new Pending(content);
        lock (_gate)
        {
            ref var waiting = ref CollectionsMarshal.GetValueRefOrAddDefault(_waiting, key, out var underWay);
            (waiting ??= []).Add(pending);
            if (underWay)
            {
                return pending.Task;
            }
        }

        _ = DrainAsync(key);
        return pending.Task;
    }

    private async Task DrainAsync(string key)
    {
        while (Take(key) is { } batch)
        {
            try
            {
                var position = await commit(key, batch.ConvertAll(pending => pending.Content));
                foreach (var pending in batch)
                {
                    position += pending.Content.Length;
                    pending.SetResult(position);
                }
            }
            catch (Exception exception)
            {
                batch.ForEach(pending => pending.SetException(exception));
            }
        }
    }

    private List<Pending>? Take(string key)
    {
        lock (_gate)
        {
            var waiting = _waiting[key];
            if (waiting.Count == 0)
            {
                _waiting.Remove(key);
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

    private sealed class Pending(ReadOnlyMemory<byte> content)
        : TaskCompletionSource<long>(TaskCreationOptions.RunContinuationsAsynchronously)
    {
        public ReadOnlyMemory<byte> Content { get; } = content;
    }
}
