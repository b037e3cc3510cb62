using System.Collections.Concurrent;
using Orchestrator.LocalHost.Journal;
using Orchestrator.Storage;
using Orchestrator.Storage.Files;
using Orchestrator.Testing;

namespace Orchestrator.CrashSweep.Running;

/// <summary>What survives a process: in memory, or in a state folder as the command uses it, whose files age while no process runs.</summary>
internal sealed class SweepDisk : IDisposable
{
    /// <summary>A folder in memory (tmpfs): the sweep tests what survives, not the speed of a disk.</summary>
    private const string InMemory = "/dev/shm";

    private readonly ConcurrentDictionary<ContentKey, string> _records = new();
    private readonly TempFolder? _folder;

    public SweepDisk(bool onFiles)
    {
        _folder = onFiles ? new TempFolder(Directory.Exists(InMemory) ? InMemory : null) : null;
        (Store, Journal) = (new MemoryContentStore(), new MemoryJournal());
    }

    /// <summary>That of the running process; not to be used while none runs.</summary>
    public IJournal Journal { get; private set; }

    /// <summary>That of the running process.</summary>
    public IContentStore Store { get; private set; }

    /// <summary>Starts a process: opens the folder, which first removes leftovers.</summary>
    public void Open(TimeProvider time)
    {
        if (_folder is not null)
        {
            var store = new FileContentStore(_folder.Path, time);
            store.LeftoversRemoved.GetAwaiter().GetResult();
            (Store, Journal) = (store, FileJournal.Open(_folder.Combine("journal"), time));
        }
    }

    /// <summary>Ends a process: releases the folder and sets the write time of all files to now.</summary>
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

    /// <summary>Remembers the record of an attempt, even if its run is deleted later.</summary>
    public void Remember(ContentKey key)
    {
        if (SweepRuns.Step(key) is { } step)
        {
            _records[key] = step;
        }
    }

    /// <summary>How many attempts of the step have or had a record, in all runs.</summary>
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
