using System.Collections.Concurrent;
using System.Globalization;
using System.Runtime.CompilerServices;

namespace Orchestrator.LocalHost.Journal;

/// <summary>What processes that share the folder need: holds, extracts of what has ended, messages to each other.</summary>
public sealed partial class FileJournal
{
    private const string MessageExtension = ".message";
    private const string NoteExtension = ".owner";
    private const string TemporaryExtension = ".tmp";

    /// <summary>Minimum time after which an incomplete message is deleted: its sender has gone, and it was never confirmed.</summary>
    private static readonly TimeSpan TornAfter = TimeSpan.FromMinutes(1);

    /// <summary>Interval between tries: a process that only looks whether an instance is held has its lock for a moment.</summary>
    private static readonly TimeSpan ProbeInterval = TimeSpan.FromMilliseconds(10);

    /// <summary>Interval between looks for messages.</summary>
    private static readonly TimeSpan LookInterval = TimeSpan.FromSeconds(1);

    /// <summary>Maximum time that the sender of a message waits for it to be taken.</summary>
    private static readonly TimeSpan SendTimeout = TimeSpan.FromSeconds(10);

    private const int MaxProbes = 20;

    private readonly ConcurrentDictionary<InstanceLock, bool> _holds = new();

    /// <summary>Who holds an instance of a folder; null when it is not held.</summary>
    public static JournalOwner? FindHolder(string folder, string instanceId) =>
        InstanceLock.FindHolder(LockPath(Path.Combine(folder, "instances"), instanceId), NotePath(NotesOf(folder), instanceId));

    /// <summary>Whether a folder has a history of an instance; false also when the folder is missing.</summary>
    public static bool HasHistory(string folder, string instanceId)
    {
        var instances = Path.Combine(folder, "instances");
        return Directory.Exists(instances) && Directory.EnumerateFiles(instances, $"{InstanceFileName.Encode(instanceId)}~*{InstanceFileName.Extension}").Any();
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
    public async Task<IInstanceHold?> HoldAsync(string instanceId, CancellationToken cancellation = default)
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

            await Task.Delay(ProbeInterval, _time, cancellation).ConfigureAwait(false);
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
            // This process appends no more, and another one may soon: readers read the file again.
            await ended.CloseAsync().ConfigureAwait(false);
        }

        using var bytes = new MemoryStream();
        Append(bytes, 0, JournalFile.Header(id, new ExtractHeader(HistoryLength(id), records.Count)));
        lines.WriteTo(bytes);

        // Not flushed: when a crash loses it, or leaves a part of it, the history is read once more.
        var path = ExtractPath(id);
        InstanceLock.MakeWay(path);
        await File.WriteAllBytesAsync(path + TemporaryExtension, bytes.ToArray()).ConfigureAwait(false);
        File.Move(path + TemporaryExtension, path, overwrite: true);
        if (!File.Exists(PathOf(id)))
        {
            // The history was deleted meanwhile, by another process or since the next one of the instance has begun.
            DeleteExtract(id);
        }
    }

    /// <inheritdoc/>
    public async Task<bool> HasExtractAsync(JournalId id, CancellationToken cancellation = default)
    {
        try
        {
            var records = 0;
            await foreach (var record in ReadExtractAsync(id, cancellation).ConfigureAwait(false))
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
    public async IAsyncEnumerable<ReadOnlyMemory<byte>> ReadExtractAsync(JournalId id, [EnumeratorCancellation] CancellationToken cancellation = default)
    {
        using var source = FileSource.TryOpen(ExtractPath(id), out _);
        if (source is null)
        {
            yield break;
        }

        var reader = new JournalReader(id);
        await foreach (var record in reader.ReadAsync(source, cancellation).ConfigureAwait(false))
        {
            yield return record;
        }

        if (reader.Header?.Extract is not { } extract || extract != new ExtractHeader(HistoryLength(id), (int)reader.Records))
        {
            throw new JournalException($"The extract in '{source.Location}' is not whole, or its history is another one.");
        }
    }

    /// <inheritdoc/>
    public async Task<JournalMessage?> SendAsync(string instanceId, ReadOnlyMemory<byte> message)
    {
        using var bytes = new MemoryStream();
        Append(bytes, 0, JournalFile.Header(new JournalId(instanceId, 0)));
        Append(bytes, 1, message.Span);

        // Numbered, not dated: a clock may be set back, and the order counts only among waiting messages.
        var last = MessageFiles().LastOrDefault() is { } newest && long.TryParse(Path.GetFileName(newest).Split('-')[0], NumberStyles.None, CultureInfo.InvariantCulture, out var number) ? number : 0;
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
    public async IAsyncEnumerable<JournalMessage> ReceiveAsync([EnumeratorCancellation] CancellationToken cancellation = default)
    {
        ObjectDisposedException.ThrowIf(_disposed, this);
        var torn = new Dictionary<string, long>(StringComparer.Ordinal);
        while (true)
        {
            foreach (var path in MessageFiles())
            {
                if (await ReadMessageAsync(path, torn, cancellation).ConfigureAwait(false) is { } message)
                {
                    yield return message;
                }
            }

            await Task.Delay(LookInterval, _time, cancellation).ConfigureAwait(false);
        }
    }

    /// <inheritdoc/>
    public void Delete(JournalMessage message)
    {
        ArgumentNullException.ThrowIfNull(message);
        File.Delete(Path.Combine(_inbox, message.Name));
    }

    /// <summary>The messages that wait, the oldest first.</summary>
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
        InstanceLock.MakeWay(ExtractPath(id));
        File.Delete(ExtractPath(id));
        File.Delete(ExtractPath(id) + TemporaryExtension);
    }

    /// <summary>How long the history's file is, in bytes; 0 when there is none.</summary>
    private long HistoryLength(JournalId id) => new FileInfo(PathOf(id)) is { Exists: true } file ? file.Length : 0;

    /// <summary>The message; null when it is being written or deleted, or was never completed.</summary>
    /// <param name="torn">When incomplete messages were first seen, in the clock's ticks.</param>
    private async Task<JournalMessage?> ReadMessageAsync(string path, Dictionary<string, long> torn, CancellationToken cancellation)
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

            await foreach (var record in reader.ReadAsync(source, cancellation).ConfigureAwait(false))
            {
                body = record.ToArray();
            }
        }
        catch (Exception problem) when (problem is JournalException or IOException or UnauthorizedAccessException)
        {
            // Treated as incomplete: it is read again at the next look.
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
