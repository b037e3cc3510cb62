using System.Collections.Concurrent;

namespace Orchestrator.LocalHost.Journal;

/// <summary>
/// The threads that wait for the disk. They are not the pool's: a slow disk must not starve orchestrators and activities, of whose threads there may
/// be two.
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

    /// <summary>Hands a file to the next free thread. A file is never queued twice: it queues itself again when it has more.</summary>
    public void Enqueue(JournalFile file) => _dirty.Add(file);

    /// <summary>Finishes what is queued, then ends the threads.</summary>
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
