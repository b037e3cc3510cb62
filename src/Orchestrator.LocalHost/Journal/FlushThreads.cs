using System.Collections.Concurrent;

namespace Orchestrator.LocalHost.Journal;

/// <summary>
/// Threads that write and flush files. They are not pool threads, so that a slow disk does not starve orchestrators and activities.
/// </summary>
internal sealed class FlushThreads : IDisposable
{
    private readonly BlockingCollection<JournalFile> _dirty = [];
    private readonly Thread[] _threads;

    public FlushThreads(int count)
    {
        _threads = new Thread[count];
        for (var i = 0; i < count; i++)
        {
            _threads[i] = new Thread(Run) { IsBackground = true, Name = $"journal flush {i + 1}" };
            _threads[i].Start();
        }
    }

    /// <summary>Queues a file for the next free thread. The file queues itself again when it has more to write.</summary>
    public void Enqueue(JournalFile file) => _dirty.Add(file);

    /// <summary>Processes the queue, then ends the threads.</summary>
    public void Dispose()
    {
        _dirty.CompleteAdding();
        foreach (var thread in _threads)
        {
            thread.Join();
        }

        _dirty.Dispose();
    }

    private void Run()
    {
        foreach (var file in _dirty.GetConsumingEnumerable())
        {
            file.Flush();
        }
    }
}
