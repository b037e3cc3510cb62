using System.Diagnostics;
using System.Text.Json;
using System.Text.Json.Serialization;

namespace Orchestrator.LocalHost.Journal;

/// <summary>
/// A journal that processes share: each instance belongs to at most one process at a time. A process appends to a history, or deletes it, only while
/// it holds the instance or the instance's parent; reading needs no hold.
/// </summary>
public interface ISharedJournal : IJournal
{
    /// <summary>Acquires an instance for this process until the result is disposed or the process ends.</summary>
    /// <returns>The hold; null when the instance is held already, by this or another process.</returns>
    /// <exception cref="JournalException">The journal cannot be written.</exception>
    public Task<IInstanceHold?> HoldAsync(string instanceId, CancellationToken cancellationToken = default);

    /// <summary>The process that holds an instance; null when none does.</summary>
    public JournalOwner? FindHolder(string instanceId);

    /// <summary>
    /// The ids of the instances that are held, or were held by a process when it ended, in no particular order. The cost depends on their number, not
    /// on that of all instances.
    /// </summary>
    public IEnumerable<string> ListOpen();

    /// <summary>The histories of one instance, in no particular order.</summary>
    public IAsyncEnumerable<JournalId> ListAsync(string instanceId, CancellationToken cancellationToken = default);

    /// <summary>
    /// Stores an extract of an ended history, so that the history need not be read again. The extract is a cache: without it, or when it is damaged,
    /// the history is read. It is deleted with the history.
    /// </summary>
    /// <param name="records">The records, as in a history. They are copied before the method returns.</param>
    public Task PutExtractAsync(JournalId id, IReadOnlyList<ReadOnlyMemory<byte>> records);

    /// <summary>Whether there is a complete extract of the current history.</summary>
    public Task<bool> HasExtractAsync(JournalId id, CancellationToken cancellationToken = default);

    /// <summary>Reads the records of an extract; none when it is missing. Use them only if all were read without an error.</summary>
    /// <exception cref="JournalException">The extract is damaged, incomplete, or of another history.</exception>
    public IAsyncEnumerable<ReadOnlyMemory<byte>> ReadExtractAsync(JournalId id, CancellationToken cancellationToken = default);

    /// <summary>
    /// Sends a message to the process that holds an instance. When the task completes, the message is durable, and it was accepted unless the process
    /// has ended or did not respond within 10 s; then the next holder of the instance accepts it.
    /// </summary>
    /// <returns>The message when it was not accepted; null when it was.</returns>
    public Task<JournalMessage?> SendAsync(string instanceId, ReadOnlyMemory<byte> message);

    /// <summary>
    /// Receives the waiting messages of all instances, oldest first, then new ones within two seconds of their arrival, until it is cancelled. A
    /// message that is not deleted is received again.
    /// </summary>
    public IAsyncEnumerable<JournalMessage> ReceiveAsync(CancellationToken cancellationToken = default);

    /// <summary>Deletes a received message. A missing message is not an error.</summary>
    public void Delete(JournalMessage message);
}

/// <summary>A message in a <see cref="ISharedJournal"/>.</summary>
/// <param name="Name">The key of the message, unique in the journal.</param>
public sealed record JournalMessage(string Name, string InstanceId, ReadOnlyMemory<byte> Body);

/// <summary>The hold of this process on an instance. Disposing it releases the instance; a second call does nothing.</summary>
public interface IInstanceHold : IDisposable
{
    /// <summary>Whether the instance was never held before and therefore has no history; false when that is unknown.</summary>
    public bool IsFirst { get; }

    /// <summary>Releases an unfinished instance, which remains in <see cref="ISharedJournal.ListOpen"/>.</summary>
    public void ReleaseUnfinished();

    /// <summary>Releases an instance whose histories were deleted, and deletes its lock.</summary>
    public void DisposeAndDelete();
}

/// <summary>
/// The process that owns an instance or a journal, for error messages. The ownership itself is the lock or the lease beside this note.
/// </summary>
public sealed record JournalOwner(int Pid, string Host, DateTimeOffset Since)
{
    /// <summary>The instance that is held; null for a journal.</summary>
    public string? Instance { get; init; }

    /// <summary>The command that ends the process, in quotes.</summary>
    [JsonIgnore]
    public string EndCommand => OperatingSystem.IsWindows() ? $"'taskkill /F /PID {Pid}'" : $"'kill {Pid}', or 'kill -9 {Pid}' if it is stopped";

    internal static JournalOwner ThisProcess(TimeProvider time) => new(Environment.ProcessId, Environment.MachineName, time.GetUtcNow());

    /// <summary>Reads a note; null when it is invalid.</summary>
    internal static JournalOwner? Read(ReadOnlySpan<byte> json)
    {
        try
        {
            return JsonSerializer.Deserialize(json, JournalOwnerContext.Default.JournalOwner) is { Host: not null } owner ? owner : null;
        }
        catch (JsonException)
        {
            return null;
        }
    }

    /// <summary>Whether the process ran on this host and has ended; false when that is unknown.</summary>
    internal bool HasEnded()
    {
        if (Host != Environment.MachineName)
        {
            return false;
        }

        try
        {
            using var process = Process.GetProcessById(Pid);

            // Another process with the same id is taken for the owner. Start times are not compared, since the clock may have been set.
            return process.HasExited;
        }
        catch (ArgumentException)
        {
            return true;
        }
    }

    internal byte[] Write() => JsonSerializer.SerializeToUtf8Bytes(this, JournalOwnerContext.Default.JournalOwner);

    /// <summary>For messages: <c>process 12 on host 'a' since 2030-01-01 00:00:00Z</c>.</summary>
    public override string ToString() => $"process {Pid} on host '{Host}' since {Since:u}";
}

[JsonSourceGenerationOptions(PropertyNamingPolicy = JsonKnownNamingPolicy.CamelCase, DefaultIgnoreCondition = JsonIgnoreCondition.WhenWritingNull)]
[JsonSerializable(typeof(JournalOwner))]
internal sealed partial class JournalOwnerContext : JsonSerializerContext;
