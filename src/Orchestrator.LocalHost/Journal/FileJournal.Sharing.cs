using System.Collections.Concurrent;
using System.Globalization;
using System.Runtime.CompilerServices;
using Orchestrator.Storage.Files;

namespace Orchestrator.LocalHost.Journal;

/// <summary>The parts for processes that share the folder: holds, extracts of ended histories, and messages.</summary>
public sealed partial class FileJournal
{
    private const string MessageExtension = ".message";
    private const string NoteExtension = ".owner";
    private const string TemporaryExtension = ".tmp";

    /// <summary>Minimum time after which an incomplete message is deleted: its sender has ended before it was confirmed.</summary>
    private static readonly TimeSpan TornAfter = TimeSpan.FromMinutes(1);

    /// <summary>Interval between attempts to lock: a process that only checks whether an instance is held locks it for a moment, too.</summary>
    private static readonly TimeSpan ProbeInterval = TimeSpan.FromMilliseconds(10);

    /// <summary>Interval between polls for messages.</summary>
    private static readonly TimeSpan PollInterval = TimeSpan.FromSeconds(1);

    /// <summary>Maximum time that the sender of a message waits until it is accepted.</summary>
    private static readonly TimeSpan SendTimeout = TimeSpan.FromSeconds(10);

    private const int MaxProbes = 20;

    private readonly ConcurrentDictionary<InstanceLock, bool> _holds = new();

    /// <summary>The process that holds an instance of a state folder; null when none does.</summary>
    public static JournalOwner? FindHolder(string folder, string instanceId) =>
        InstanceLock.FindHolder(LockPath(Path.Combine(folder, "instances"), instanceId), NotePath(NotesOf(folder), instanceId));

    /// <summary>Whether a state folder has a history of an instance; false when the folder is missing.</summary>
    public static bool HasHistory(string folder, string instanceId)
    {
        var instances = Path.Combine(folder, "instances");
        return Directory.Exists(instances)
            && Directory.EnumerateFiles(instances, $"{InstanceFileName.Encode(instanceId)}~*{InstanceFileName.Extension}").Any();
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
        for (var probes = 0; ; probes++)
        {
            if (InstanceLock.TryAcquire(path, note, JournalOwner.ThisProcess(_time) with { Instance = instanceId }) is { } hold)
            {
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
            Append(lines, i + 1, records[i].Span);
        }

        if (_files.TryRemove(id, out var ended))
        {
            // Another process may append from now on, so this one must not rely on its cached position.
            await ended.CloseAsync().ConfigureAwait(false);
        }

        using var bytes = new MemoryStream();
        Append(bytes, 0, JournalHeader.Write(id, new ExtractHeader(HistoryLength(id), records.Count)));
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
    public async Task<JournalMessage?> SendAsync(string instanceId, ReadOnlyMemory<byte> message)
    {
        using var bytes = new MemoryStream();
        Append(bytes, 0, JournalHeader.Write(new JournalId(instanceId, 0)));
        Append(bytes, 1, message.Span);

        // The name has a number instead of a time, because clocks can be set back. Only the order of waiting messages matters.
        var newest = Path.GetFileName(MessageFiles().LastOrDefault());
        var last = long.TryParse(newest?.Split('-')[0], NumberStyles.None, CultureInfo.InvariantCulture, out var number) ? number : 0;
        var name = string.Create(CultureInfo.InvariantCulture, $"{last + 1:D19}-{Guid.NewGuid():N}{MessageExtension}");
        var path = Path.Combine(_inbox, name);
        var file = new FileStream(path, FileMode.CreateNew, FileAccess.Write, FileShare.Read);
        await using (file.ConfigureAwait(false))
        {
            await file.WriteAsync(bytes.ToArray()).ConfigureAwait(false);
            file.Flush(flushToDisk: true);
        }

        var sent = _time.GetTimestamp();
        while (File.Exists(path) && FindHolder(instanceId) is not null && _time.GetElapsedTime(sent) < SendTimeout)
        {
            await Task.Delay(ProbeInterval, _time).ConfigureAwait(false);
        }

        return File.Exists(path) ? new JournalMessage(name, instanceId, message) : null;
    }

    /// <inheritdoc/>
    public async IAsyncEnumerable<JournalMessage> ReceiveAsync([EnumeratorCancellation] CancellationToken cancellationToken = default)
    {
        ObjectDisposedException.ThrowIf(_disposed, this);
        var torn = new Dictionary<string, long>(StringComparer.Ordinal);
        while (true)
        {
            foreach (var path in MessageFiles())
            {
                if (await ReadMessageAsync(path, torn, cancellationToken).ConfigureAwait(false) is { } message)
                {
                    yield return message;
                }
            }

            await Task.Delay(PollInterval, _time, cancellationToken).ConfigureAwait(false);
        }
    }

    /// <inheritdoc/>
    public void Delete(JournalMessage message)
    {
        ArgumentNullException.ThrowIfNull(message);
        File.Delete(Path.Combine(_inbox, message.Name));
    }

    /// <summary>The waiting messages, oldest first.</summary>
    private IOrderedEnumerable<string> MessageFiles() => Directory.GetFiles(_inbox, "*" + MessageExtension).Order(StringComparer.Ordinal);

    private static string LockPath(string instances, string instanceId) => Path.Combine(instances, InstanceFileName.Encode(instanceId) + ".lock");

    private static string NotePath(string notes, string instanceId) => Path.Combine(notes, InstanceFileName.Encode(instanceId) + NoteExtension);

    private static string NotesOf(string folder) => Path.Combine(folder, "held");

    private static void Append(MemoryStream bytes, long number, ReadOnlySpan<byte> record)
    {
        var line = new byte[record.Length + RecordFrame.Overhead];
        bytes.Write(line.AsSpan(0, RecordFrame.Write(line, number, record)));
    }

    private string ExtractPath(JournalId id) => Path.ChangeExtension(PathOf(id), ".end");

    private void DeleteExtract(JournalId id)
    {
        InstanceLock.RemoveObstacle(ExtractPath(id));
        File.Delete(ExtractPath(id));
        File.Delete(ExtractPath(id) + TemporaryExtension);
    }

    /// <summary>The length of the history's file in bytes; 0 when there is none.</summary>
    private long HistoryLength(JournalId id) => new FileInfo(PathOf(id)) is { Exists: true } file ? file.Length : 0;

    /// <summary>Reads a message; null when it is incomplete or was deleted.</summary>
    /// <param name="torn">When incomplete messages were first seen, as timestamps of the clock.</param>
    private async Task<JournalMessage?> ReadMessageAsync(string path, Dictionary<string, long> torn, CancellationToken cancellationToken)
    {
        var reader = new JournalReader(null);
        ReadOnlyMemory<byte>? body = null;
        try
        {
            using var source = FileSource.TryOpen(path, out _);
            if (source is null)
            {
                return null;
            }

            await foreach (var record in reader.ReadAsync(source, cancellationToken).ConfigureAwait(false))
            {
                body = record.ToArray();
            }
        }
        catch (Exception exception) when (exception is JournalException || FileErrors.IsOfTheDisk(exception))
        {
            // Treated as incomplete: it is read again at the next poll.
        }

        if (body is { } message)
        {
            torn.Remove(path);
            return new JournalMessage(Path.GetFileName(path), reader.Header!.Instance, message);
        }

        if (!torn.TryGetValue(path, out var seen))
        {
            torn[path] = _time.GetTimestamp();
        }
        else if (_time.GetElapsedTime(seen) > TornAfter)
        {
            File.Delete(path);
            torn.Remove(path);
        }

        return null;
    }
}
