using System.Text.Json;
using System.Text.Json.Serialization;

namespace Orchestrator.LocalHost.Journal;

/// <summary>
/// A journal in which several processes work side by side: each instance belongs to at most one of them at a time, the journal to none. A process
/// appends to a history, or deletes it, only while it holds the instance, or the one that the instance was started by; reading needs no hold.
/// </summary>
public interface ISharedJournal : IJournal
{
    /// <summary>Takes an instance for this process, until the result is disposed or the process ends, however it ends.</summary>
    /// <returns>Null when it is held already, here or by another process.</returns>
    /// <exception cref="JournalException">The device cannot be written.</exception>
    public Task<IInstanceHold?> HoldAsync(string instanceId, CancellationToken cancellation = default);

    /// <summary>Who holds an instance; null when it is not held.</summary>
    public JournalOwner? FindHolder(string instanceId);

    /// <summary>
    /// The instances that processes hold, or held when they ended, however they ended; in no particular order. What a process released while it lived is not
    /// among them. It takes time for these only, not for all instances.
    /// </summary>
    public IEnumerable<string> ListOpen();

    /// <summary>The generations of one instance that are there, in no particular order.</summary>
    public IAsyncEnumerable<JournalId> ListAsync(string instanceId, CancellationToken cancellation = default);

    /// <summary>
    /// Keeps an extract of a history that has ended, so that the history need not be read again. It is a cache: when it is missing or damaged, the history
    /// is read. It is deleted with the history.
    /// </summary>
    /// <param name="records">As in a history. They are copied before the method returns.</param>
    public Task PutExtractAsync(JournalId id, IReadOnlyList<ReadOnlyMemory<byte>> records);

    /// <summary>Whether there is an extract that is whole and of the history as it is now.</summary>
    public Task<bool> HasExtractAsync(JournalId id, CancellationToken cancellation = default);

    /// <summary>The records of an extract; none when there is none. They may be used only when all were read without an error.</summary>
    /// <exception cref="JournalException">It is damaged, not whole, or not of the history as it is now.</exception>
    public IAsyncEnumerable<ReadOnlyMemory<byte>> ReadExtractAsync(JournalId id, CancellationToken cancellation = default);

    /// <summary>
    /// Leaves a message for the process that holds an instance. When the task completes it is durable, and was taken unless the process is gone or does not
    /// answer for 10 s: then the next holder of the instance takes it.
    /// </summary>
    /// <returns>The message when it was not taken; null when it was.</returns>
    public Task<JournalMessage?> SendAsync(string instanceId, ReadOnlyMemory<byte> message);

    /// <summary>
    /// The waiting messages for all instances, the oldest first, then new ones within two seconds of their arrival, without end. One that was not deleted
    /// comes again.
    /// </summary>
    public IAsyncEnumerable<JournalMessage> ReceiveAsync(CancellationToken cancellation = default);

    /// <summary>Deletes a message that has arrived. Deleting one that is not there is no error.</summary>
    public void Delete(JournalMessage message);
}

/// <summary>A message in a <see cref="ISharedJournal"/>.</summary>
/// <param name="Name">The key of the message; unique in the journal.</param>
public sealed record JournalMessage(string Name, string InstanceId, ReadOnlyMemory<byte> Body);

/// <summary>An instance that belongs to this process. Disposing it releases the instance; doing that twice is no error.</summary>
public interface IInstanceHold : IDisposable
{
    /// <summary>Whether no process ever held the instance before, so that it can have no history; false when that cannot be told.</summary>
    public bool IsFirst { get; }

    /// <summary>Releases an unfinished instance: it stays among <see cref="ISharedJournal.ListOpen"/>.</summary>
    public void Leave();

    /// <summary>Releases an instance whose histories were deleted, and deletes its lock file and note.</summary>
    public void DisposeAndDelete();
}

/// <summary>Which process an instance, or a journal, belongs to: a note for the message to processes that are refused. Only the lock or the lease beside it decides.</summary>
public sealed record JournalOwner(int Pid, string Host, DateTimeOffset Since)
{
    /// <summary>The instance that is held; null for a journal.</summary>
    public string? Instance { get; init; }

    /// <summary>The command that ends the process on its host, in quotes.</summary>
    [JsonIgnore]
    public string EndCommand => OperatingSystem.IsWindows() ? $"'taskkill /F /PID {Pid}'" : $"'kill {Pid}', or 'kill -9 {Pid}' if it is stopped";

    internal static JournalOwner ThisProcess(TimeProvider time) => new(Environment.ProcessId, Environment.MachineName, time.GetUtcNow());

    /// <summary>Null when the note cannot be understood.</summary>
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

    internal byte[] Write() => JsonSerializer.SerializeToUtf8Bytes(this, JournalOwnerContext.Default.JournalOwner);

    /// <summary>In words: <c>process 12 on host 'a' since 2030-01-01 00:00:00Z</c>.</summary>
    public override string ToString() => $"process {Pid} on host '{Host}' since {Since:u}";
}

[JsonSourceGenerationOptions(PropertyNamingPolicy = JsonKnownNamingPolicy.CamelCase, DefaultIgnoreCondition = JsonIgnoreCondition.WhenWritingNull)]
[JsonSerializable(typeof(JournalOwner))]
internal sealed partial class JournalOwnerContext : JsonSerializerContext;
