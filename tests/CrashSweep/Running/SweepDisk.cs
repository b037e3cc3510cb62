using System.Collections.Concurrent;
using Orchestrator.LocalHost.Journal;
using Orchestrator.Storage;
using Orchestrator.Storage.Files;
using Orchestrator.Storage.Files.WriteAhead;
using Orchestrator.Testing;

namespace Orchestrator.CrashSweep.Running;

/// <summary>What survives a process: in memory, or in a state folder as the command uses it, whose files age while no process runs.</summary>
internal sealed class SweepDisk : IDisposable
{
    /// <summary>A folder in memory (tmpfs): the sweep tests what survives, not the speed of a disk.</summary>
    private const string InMemory = "/dev/shm";

    private readonly ConcurrentDictionary<SweepAttempt, bool> _records = new();

    /// <summary>How far each log is flushed, in bytes, for those that are not flushed to their end.</summary>
    private readonly ConcurrentDictionary<ContentKey, long> _flushed = new();

    private readonly TempFolder? _folder;
    private WriteAheadLog? _log;

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
            _log?.Dispose();
            _log = WriteAheadLog.TryOpen(_folder.Path);
            var store = new FileContentStore(_folder.Path, time, log: _log);
            store.LeftoversRemoved.GetAwaiter().GetResult();
            (Store, Journal) = (store, FileJournal.Open(_folder.Combine("journal"), time, _log));
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

    /// <summary>Appends to a log, and remembers the records of attempts among it, even if their run is deleted later.</summary>
    public long Append(ContentKey key, byte[] bytes, bool flush)
    {
        var end = Store.AppendAsync(key, bytes, flush, CancellationToken.None).GetAwaiter().GetResult();
        if (flush)
        {
            _flushed.TryRemove(key, out _);
        }
        else if (end == bytes.Length)
        {
            _flushed[key] = 0;
        }
        else
        {
            _flushed.TryAdd(key, end - bytes.Length);
        }

        foreach (var record in SweepLog.RunOf(key) is { } run ? SweepLog.RecordsIn(run, bytes) : [])
        {
            _records[record.Attempt] = true;
        }

        return end;
    }

    /// <summary>The power fails: of what was appended without a flush a part is lost, up to all of it.</summary>
    public void LoseUnflushed(Random random)
    {
        foreach (var (key, flushed) in _flushed.OrderBy(log => log.Key.Value, StringComparer.Ordinal))
        {
            if (Store.GetAsync(key).GetAwaiter().GetResult() is { } log && log.Bytes.Length > flushed)
            {
                var left = random.Next(2) == 0 ? (int)flushed : random.Next((int)flushed, log.Bytes.Length);
                Store.PutAsync(key, log.Bytes[..left]).GetAwaiter().GetResult();
            }
        }

        _flushed.Clear();
    }

    /// <summary>How many attempts of the step have or had a record, in all runs.</summary>
    public int CountRecords(string step) => _records.Keys.Count(attempt => attempt.Step == step);

    public void Dispose()
    {
        if (_folder is not null)
        {
            Journal.DisposeAsync().AsTask().GetAwaiter().GetResult();
            _log?.Dispose();
            _folder.Dispose();
        }
    }
}
