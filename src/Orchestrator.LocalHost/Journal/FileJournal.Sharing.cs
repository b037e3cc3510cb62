using System.Collections.Concurrent;
using System.Runtime.CompilerServices;
using Orchestrator.Storage;
using Orchestrator.Storage.Files;

namespace Orchestrator.LocalHost.Journal;

/// <summary>The parts for processes that share the folder: holds, extracts of ended histories, and messages.</summary>
public sealed partial class FileJournal
{
    private const string NoteExtension = ".owner";
    private const string TemporaryExtension = ".tmp";

    /// <summary>Interval between attempts to lock: a process that only checks whether an instance is held locks it for a moment, too.</summary>
    private static readonly TimeSpan ProbeInterval = TimeSpan.FromMilliseconds(10);

    private const int MaxProbes = 20;

    private readonly ConcurrentDictionary<InstanceLock, bool> _holds = new();

    /// <summary>The process that holds an instance of a state folder; null when none does.</summary>
    public static JournalOwner? FindHolder(string folder, string instanceId) =>
        InstanceLock.FindHolder(LockPath(Path.Combine(folder, "instances"), instanceId), NotePath(NotesOf(folder), instanceId));

    /// <summary>
    /// Whether the newest history of an instance has any records: false when it has none, and when it or the folder is missing. Reads the history to
    /// its end, unless it has an extract.
    /// </summary>
    /// <exception cref="JournalCorruptException">A record of it is damaged.</exception>
    /// <exception cref="JournalVersionException">A newer version of the program wrote it.</exception>
    /// <exception cref="JournalException">It cannot be read.</exception>
    public static async Task<bool> HasHistoryAsync(string folder, string instanceId, CancellationToken cancellationToken = default)
    {
        if (!Directory.Exists(Path.Combine(folder, "instances")))
        {
            return false;
        }

        var journal = Open(folder);
        await using (journal.ConfigureAwait(false))
        {
            var generations = new List<JournalId>();
            await foreach (var id in journal.ListAsync(instanceId, cancellationToken).ConfigureAwait(false))
            {
                generations.Add(id);
            }

            if (generations.Count == 0)
            {
                return false;
            }

            var newest = generations.MaxBy(id => id.Generation);
            var hasAny = await journal.HasExtractAsync(newest, cancellationToken).ConfigureAwait(false);
            if (!hasAny)
            {
                await foreach (var _ in journal.ReadAsync(newest, cancellationToken).ConfigureAwait(false))
                {
                    hasAny = true;
                }
            }

            return hasAny;
        }
    }

    /// <inheritdoc/>
    public JournalOwner? FindHolder(string instanceId) => InstanceLock.FindHolder(LockPath(_instances, instanceId), NotePath(_notes, instanceId));

    /// <inheritdoc/>
    public IEnumerable<string> ListOpen()
    {
        ObjectDisposedException.ThrowIf(_disposed, this);
        return Directory.EnumerateFiles(_notes, "*" + NoteExtension).Select(path => InstanceLock.ReadNote(path)?.Instance).OfType<string>();
    }

    /// <inheritdoc/>
    public async Task<IInstanceHold?> HoldAsync(string instanceId, CancellationToken cancellationToken = default)
    {
        ObjectDisposedException.ThrowIf(_disposed, this);
        var (path, note) = (LockPath(_instances, instanceId), NotePath(_notes, instanceId));

        // An instance that ended in its first generation keeps that history. Of one with later generations only the file of the lock tells quickly.
        bool HasFirst() => File.Exists(PathOf(new JournalId(instanceId, 0)));
        bool EndedInFirst() => File.Exists(ExtractPath(new JournalId(instanceId, 0))) && !File.Exists(PathOf(new JournalId(instanceId, 1)));
        for (var probes = 0; ; probes++)
        {
            if (InstanceLock.TryAcquire(path, note, JournalOwner.ThisProcess(_time) with { Instance = instanceId }, HasFirst, EndedInFirst) is { } hold)
            {
                await CatchUpAsync(hold).ConfigureAwait(false);
                _holds[hold] = true;
                hold.Disposed = () => _holds.TryRemove(hold, out _);
                return hold;
            }

            if (probes == MaxProbes || InstanceLock.FindHolder(path, note) is not null)
            {
                return null;
            }

            await Task.Delay(ProbeInterval, _time, cancellationToken).ConfigureAwait(false);
        }
    }

    /// <inheritdoc/>
    public async Task PutExtractAsync(JournalId id, IReadOnlyList<ReadOnlyMemory<byte>> records)
    {
        ArgumentNullException.ThrowIfNull(records);
        ObjectDisposedException.ThrowIf(_disposed, this);
        using var lines = new MemoryStream();
        for (var i = 0; i < records.Count; i++)
        {
            RecordFrame.Write(lines, i + 1, records[i].Span);
        }

        if (_files.TryRemove(id, out var ended))
        {
            // Another process may append from now on, so this one must not rely on its cached position.
            await ended.CloseAsync().ConfigureAwait(false);
        }

        using var bytes = new MemoryStream();
        RecordFrame.Write(bytes, 0, JournalHeader.Write(id, new ExtractHeader(HistoryLength(id), records.Count)));
        lines.WriteTo(bytes);

        // Not flushed: when a crash loses or truncates the extract, the history is read instead.
        var path = ExtractPath(id);
        InstanceLock.RemoveObstacle(path);
        await File.WriteAllBytesAsync(path + TemporaryExtension, bytes.ToArray()).ConfigureAwait(false);
        File.Move(path + TemporaryExtension, path, overwrite: true);
        if (!File.Exists(PathOf(id)))
        {
            // The history was deleted meanwhile, by another process or because the next generation has begun.
            DeleteExtract(id);
        }
    }

    /// <inheritdoc/>
    public async Task<bool> HasExtractAsync(JournalId id, CancellationToken cancellationToken = default)
    {
        try
        {
            var records = 0;
            await foreach (var record in ReadExtractAsync(id, cancellationToken).ConfigureAwait(false))
            {
                records++;
            }

            return records > 0;
        }
        catch (JournalException)
        {
            return false;
        }
    }

    /// <inheritdoc/>
    public async IAsyncEnumerable<ReadOnlyMemory<byte>> ReadExtractAsync(
        JournalId id, [EnumeratorCancellation] CancellationToken cancellationToken = default)
    {
        using var source = FileSource.TryOpen(ExtractPath(id), out _);
        if (source is null)
        {
            yield break;
        }

        var reader = new JournalReader(id);
        await foreach (var record in reader.ReadAsync(source, cancellationToken).ConfigureAwait(false))
        {
            yield return record;
        }

        if (reader.Header?.Extract is not { } extract || extract != new ExtractHeader(HistoryLength(id), (int)reader.Records))
        {
            throw new JournalException($"The extract in '{source.Location}' is incomplete or belongs to another history.");
        }
    }

    /// <inheritdoc/>
    public Task<JournalMessage?> SendAsync(string instanceId, ReadOnlyMemory<byte> message) => _inbox.SendAsync(instanceId, message);

    /// <inheritdoc/>
    public IAsyncEnumerable<JournalMessage> ReceiveAsync(CancellationToken cancellationToken = default)
    {
        ObjectDisposedException.ThrowIf(_disposed, this);
        return _inbox.ReceiveAsync(cancellationToken);
    }

    /// <inheritdoc/>
    public void Delete(JournalMessage message)
    {
        ArgumentNullException.ThrowIfNull(message);
        _inbox.Delete(message);
    }

    /// <summary>The process that held the instance before may have been killed while it wrote.</summary>
    private async Task CatchUpAsync(InstanceLock hold)
    {
        try
        {
            await DiskThreads.RunAsync(_device.CatchUp).ConfigureAwait(false);
        }
        catch (Exception exception) when (FileErrors.IsOfTheDisk(exception) || exception is ContentStoreException)
        {
            hold.ReleaseUnfinished();
            throw new JournalException($"What another process had begun to write in '{Folder}' cannot be written: {exception.Message}", exception);
        }
    }

    private static string LockPath(string instances, string instanceId) => Path.Combine(instances, InstanceFileName.Encode(instanceId) + ".lock");

    private static string NotePath(string notes, string instanceId) => Path.Combine(notes, InstanceFileName.Encode(instanceId) + NoteExtension);

    private static string NotesOf(string folder) => Path.Combine(folder, "held");

    private string ExtractPath(JournalId id) => Path.ChangeExtension(PathOf(id), ".end");

    private void DeleteExtract(JournalId id)
    {
        InstanceLock.RemoveObstacle(ExtractPath(id));
        File.Delete(ExtractPath(id));
        File.Delete(ExtractPath(id) + TemporaryExtension);
    }

    /// <summary>The length of the history's file in bytes; 0 when there is none.</summary>
    private long HistoryLength(JournalId id) => new FileInfo(PathOf(id)) is { Exists: true } file ? file.Length : 0;
}
