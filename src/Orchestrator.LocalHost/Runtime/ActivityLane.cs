using System.Collections.Concurrent;

namespace Orchestrator.LocalHost.Runtime;

/// <summary>Runs activities of one kind in the order of arrival, up to a maximum number at once. Thread safe.</summary>
/// <param name="run">Runs one; it throws nothing.</param>
internal sealed class ActivityLane(int limit, Func<ActivityWork, Task> run)
{
    private readonly ConcurrentQueue<ActivityWork> _queue = new();
    private readonly TaskCompletionSource _idle = new(TaskCreationOptions.RunContinuationsAsynchronously);
    private int _running;
    private int _closing;

    /// <summary>How many are executed now.</summary>
    public int Running => Volatile.Read(ref _running);

    public bool IsClosed => Volatile.Read(ref _closing) != 0;

    public void Enqueue(in ActivityWork work)
    {
        if (!IsClosed)
        {
            _queue.Enqueue(work);
            StartRunner();
        }
    }

    /// <summary>Begins nothing more. What waits is left for the next start.</summary>
    /// <returns>Completes when nothing is executed any more.</returns>
    public Task CloseAsync()
    {
        // Counted as one more runner: when the count is back at zero after this, nothing runs and nothing will.
        Interlocked.Increment(ref _running);
        Volatile.Write(ref _closing, 1);
        _queue.Clear();
        EndRunner();
        return _idle.Task;
    }

    private void StartRunner()
    {
        var running = Volatile.Read(ref _running);
        while (running < limit)
        {
            var seen = Interlocked.CompareExchange(ref _running, running + 1, running);
            if (seen == running)
            {
                ThreadPool.UnsafeQueueUserWorkItem(static lane => _ = lane.RunAsync(), this, preferLocal: false);
                return;
            }

            running = seen;
        }
    }

    private void EndRunner()
    {
        if (Interlocked.Decrement(ref _running) == 0 && IsClosed)
        {
            _idle.TrySetResult();
        }
    }

    private async Task RunAsync()
    {
        while (!IsClosed && _queue.TryDequeue(out var work))
        {
            await run(work).ConfigureAwait(false);
        }

        EndRunner();

        // Work may have arrived after the last look at the queue and before the count went down.
        if (!IsClosed && !_queue.IsEmpty)
        {
            StartRunner();
        }
    }
}
