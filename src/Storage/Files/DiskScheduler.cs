using System.Collections.Concurrent;

namespace Orchestrator.Storage.Files;

/// <summary>
/// Runs disk work on a few threads of its own. A flush blocks its thread for a millisecond or more; on the thread pool, which starts with one
/// thread per core, some flushes at once would hold up every timer and request of the process. Thread-safe, lives as long as the process.
/// </summary>
internal sealed class DiskScheduler : TaskScheduler
{
    /// <summary>Measured on ext4 with two cores: 8 concurrent flushed writes share journal commits, more threads add nothing.</summary>
    private const int Threads = 8;

    private static readonly DiskScheduler Instance = new();

    private readonly BlockingCollection<Task> _queue = [];
    private int _started;

    private DiskScheduler()
    {
    }

    public override int MaximumConcurrencyLevel => Threads;

    /// <summary>Runs <paramref name="work"/>; the continuation is back on the thread pool.</summary>
    public static Task<T> RunAsync<T>(Func<T> work) =>
        Task.Factory.StartNew(work, CancellationToken.None, TaskCreationOptions.RunContinuationsAsynchronously, Instance);

    /// <summary>Runs <paramref name="work"/>; the continuation is back on the thread pool.</summary>
    public static Task RunAsync(Action work) =>
        Task.Factory.StartNew(work, CancellationToken.None, TaskCreationOptions.RunContinuationsAsynchronously, Instance);

    protected override void QueueTask(Task task)
    {
        _queue.Add(task);
        if (Volatile.Read(ref _started) < Threads && Interlocked.Increment(ref _started) is var number && number <= Threads)
        {
            new Thread(Work) { IsBackground = true, Name = $"disk {number}" }.Start();
        }
    }

    protected override bool TryExecuteTaskInline(Task task, bool taskWasPreviouslyQueued) => false;

    protected override IEnumerable<Task> GetScheduledTasks() => [.. _queue];

    private void Work()
    {
        foreach (var task in _queue.GetConsumingEnumerable())
        {
            TryExecuteTask(task);
        }
    }
}
