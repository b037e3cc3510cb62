using System.Collections.Concurrent;

namespace Orchestrator.Storage.Files;

/// <summary>
/// The threads for blocking disk work, shared by all stores and journals of the process. They are not pool threads: a flush blocks its thread for a
/// millisecond or more, and the pool, which starts with one thread per core, would delay every timer and request. Thread-safe.
/// </summary>
public sealed class DiskThreads : TaskScheduler
{
    /// <summary>Measured on ext4 with two cores: 8 concurrent flushes share commits of the file system; more threads add nothing.</summary>
    private const int Count = 8;

    private static readonly DiskThreads Instance = new();

    private readonly BlockingCollection<Task> _queue = [];
    private int _started;

    private DiskThreads()
    {
    }

    /// <summary>The number of threads, 8.</summary>
    public override int MaximumConcurrencyLevel => Count;

    /// <summary>
    /// Runs <paramref name="work"/> on the next free thread. The task fails with its exception; continuations run on the thread pool.
    /// </summary>
    public static Task<T> RunAsync<T>(Func<T> work) =>
        Task.Factory.StartNew(work, CancellationToken.None, TaskCreationOptions.RunContinuationsAsynchronously, Instance);

    /// <inheritdoc cref="RunAsync{T}(Func{T})"/>
    public static Task RunAsync(Action work) =>
        Task.Factory.StartNew(work, CancellationToken.None, TaskCreationOptions.RunContinuationsAsynchronously, Instance);

    /// <summary>
    /// As <see cref="RunAsync{T}(Func{T})"/>, but what awaits the task with <c>ConfigureAwait(false)</c> continues on the disk thread and must not
    /// block it: the next commit of a log then does not wait for the pool, which activities may block for seconds.
    /// </summary>
    public static Task<T> RunAndContinueAsync<T>(Func<T> work) =>
        Task.Factory.StartNew(work, CancellationToken.None, TaskCreationOptions.HideScheduler, Instance);

    /// <summary>Queues the task, and starts another thread while there are fewer than the maximum.</summary>
    protected override void QueueTask(Task task)
    {
        _queue.Add(task);
        if (Volatile.Read(ref _started) < Count && Interlocked.Increment(ref _started) is var number && number <= Count)
        {
            new Thread(RunQueue) { IsBackground = true, Name = $"disk {number}" }.Start();
        }
    }

    /// <summary>False: disk work never runs on the thread that waits for it.</summary>
    protected override bool TryExecuteTaskInline(Task task, bool taskWasPreviouslyQueued) => false;

    /// <summary>The queued tasks, for debuggers.</summary>
    protected override IEnumerable<Task> GetScheduledTasks() => [.. _queue];

    private void RunQueue()
    {
        foreach (var task in _queue.GetConsumingEnumerable())
        {
            TryExecuteTask(task);
        }
    }
}
