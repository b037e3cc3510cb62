using System.Globalization;
using System.Runtime.CompilerServices;
using Orchestrator.Storage;
using Orchestrator.Storage.Files;

namespace Orchestrator.LocalHost.Journal;

/// <summary>
/// The messages that processes send each other through a state folder: one file per message, in the format of a history. Thread-safe.
/// </summary>
/// <param name="folder">The folder of the messages, which exists.</param>
/// <param name="findHolder">Finds the process that holds an instance.</param>
internal sealed class FileInbox(string folder, TimeProvider time, Func<string, JournalOwner?> findHolder)
{
    private const string Extension = ".message";

    /// <summary>Minimum time after which an incomplete message is deleted: its sender has ended before it was confirmed.</summary>
    private static readonly TimeSpan TornAfter = TimeSpan.FromMinutes(1);

    /// <summary>Interval between polls for messages.</summary>
    private static readonly TimeSpan PollInterval = TimeSpan.FromSeconds(1);

    /// <summary>Interval at which a sender checks whether its message was accepted.</summary>
    private static readonly TimeSpan AcceptedInterval = TimeSpan.FromMilliseconds(10);

    /// <summary>Maximum time that the sender of a message waits until it is accepted.</summary>
    private static readonly TimeSpan SendTimeout = TimeSpan.FromSeconds(10);

    /// <inheritdoc cref="ISharedJournal.SendAsync"/>
    public async Task<JournalMessage?> SendAsync(string instanceId, ReadOnlyMemory<byte> message)
    {
        using var bytes = new MemoryStream();
        RecordFrame.Write(bytes, 0, JournalHeader.Write(new JournalId(instanceId, 0)));
        RecordFrame.Write(bytes, 1, message.Span);

        // The name has a number instead of a time, because clocks can be set back. Only the order of waiting messages matters.
        var newest = Path.GetFileName(MessageFiles().LastOrDefault());
        var last = long.TryParse(newest?.Split('-')[0], NumberStyles.None, CultureInfo.InvariantCulture, out var number) ? number : 0;
        var name = string.Create(CultureInfo.InvariantCulture, $"{last + 1:D19}-{Guid.NewGuid():N}{Extension}");
        var path = Path.Combine(folder, name);
        var file = new FileStream(path, FileMode.CreateNew, FileAccess.Write, FileShare.Read);
        await using (file.ConfigureAwait(false))
        {
            await file.WriteAsync(bytes.ToArray()).ConfigureAwait(false);
            await file.FlushAsync().ConfigureAwait(false);
            DiskFlush.Flush(file.SafeFileHandle);
        }

        var sent = time.GetTimestamp();
        while (File.Exists(path) && findHolder(instanceId) is not null && time.GetElapsedTime(sent) < SendTimeout)
        {
            await Task.Delay(AcceptedInterval, time).ConfigureAwait(false);
        }

        return File.Exists(path) ? new JournalMessage(name, instanceId, message) : null;
    }

    /// <inheritdoc cref="ISharedJournal.ReceiveAsync"/>
    public async IAsyncEnumerable<JournalMessage> ReceiveAsync([EnumeratorCancellation] CancellationToken cancellationToken)
    {
        var torn = new Dictionary<string, long>(StringComparer.Ordinal);
        while (true)
        {
            foreach (var path in MessageFiles())
            {
                if (await ReadAsync(path, torn, cancellationToken).ConfigureAwait(false) is { } message)
                {
                    yield return message;
                }
            }

            await Task.Delay(PollInterval, time, cancellationToken).ConfigureAwait(false);
        }
    }

    /// <inheritdoc cref="ISharedJournal.Delete"/>
    public void Delete(JournalMessage message) => File.Delete(Path.Combine(folder, message.Name));

    /// <summary>The waiting messages, oldest first.</summary>
    private IOrderedEnumerable<string> MessageFiles() => Directory.GetFiles(folder, "*" + Extension).Order(StringComparer.Ordinal);

    /// <summary>Reads a message; null when it is incomplete or was deleted.</summary>
    /// <param name="torn">When incomplete messages were first seen, as timestamps of the clock.</param>
    private async Task<JournalMessage?> ReadAsync(string path, Dictionary<string, long> torn, CancellationToken cancellationToken)
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
            torn[path] = time.GetTimestamp();
        }
        else if (time.GetElapsedTime(seen) > TornAfter)
        {
            File.Delete(path);
            torn.Remove(path);
        }

        return null;
    }
}
