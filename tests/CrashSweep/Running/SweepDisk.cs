using System.Collections.Concurrent;
using Orchestrator.LocalHost.Journal;
using Orchestrator.Storage;
using Orchestrator.Storage.Files;
using Orchestrator.Testing;

namespace Orchestrator.CrashSweep.Running;

/// <summary>What outlives a process: in memory, or in a state folder as the command has it, whose files grow old while nobody runs.</summary>
internal sealed class SweepDisk : IDisposable
{
    /// <summary>A folder in memory: what is tried is what survives on a disk, not how fast it is.</summary>
    private const string InMemory = "/dev/shm";

    private readonly ConcurrentDictionary<ContentKey, string> _records = new();
    private readonly TempFolder? _folder;

    public SweepDisk(bool onFiles)
    {
        _folder = onFiles ? new TempFolder(Directory.Exists(InMemory) ? InMemory : null) : null;
        (Store, Journal) = (new MemoryContentStore(), new MemoryJournal());
    }

    /// <summary>As the present process has it; it is not to be used while none runs.</summary>
    public IJournal Journal { get; private set; }

    /// <summary>As the present process has it.</summary>
    public IContentStore Store { get; private set; }

    /// <summary>A process starts: it opens the folder, which has its leftovers removed before anything else happens.</summary>
    public void Open(TimeProvider time)
    {
        if (_folder is not null)
        {
            var store = new FileContentStore(_folder.Path, time);
            store.LeftoversRemoved.GetAwaiter().GetResult();
            (Store, Journal) = (store, FileJournal.Open(_folder.Combine("journal"), time));
        }
    }

    /// <summary>A process is gone: the folder is nobody's, and all of it was last written at this moment.</summary>
    public void Close(DateTimeOffset at)
    {
        if (_folder is not null)
        {
            Journal.DisposeAsync().AsTask().GetAwaiter().GetResult();
            foreach (var path in Directory.EnumerateFileSystemEntries(_folder.Path, "*", SearchOption.AllDirectories))
            {
                File.SetLastWriteTimeUtc(path, at.UtcDateTime);
            }
        }
    }

    /// <summary>Something was written: when it is the record of an attempt, that is remembered even if its run is deleted.</summary>
    public void Remember(ContentKey key)
    {
        if (SweepRuns.Step(key) is { } step)
        {
            _records[key] = step;
        }
    }

    /// <summary>How many attempts of the step ever had their record, in all runs.</summary>
    public int CountRecords(string step) => _records.Values.Count(other => other == step);

    public void Dispose()
    {
        if (_folder is not null)
        {
            Journal.DisposeAsync().AsTask().GetAwaiter().GetResult();
            _folder.Dispose();
        }
    }
}
