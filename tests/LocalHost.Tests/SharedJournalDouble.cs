using System.Runtime.CompilerServices;
using Orchestrator.LocalHost.Journal;

namespace Orchestrator.LocalHost.Tests;

/// <summary>
/// A shared journal that calls the test before and after operations on an instance, and waits for the call. It passes them on to another journal.
/// </summary>
internal sealed class SharedJournalDouble(ISharedJournal inner) : ISharedJournal
{
    /// <summary>Before an extract is written. It may block the caller, or delay the task, as a slow device does.</summary>
    public Func<JournalId, Task>? Extracting { get; init; }

    /// <summary>Before a history is read.</summary>
    public Action<JournalId>? Reading { get; init; }

    /// <summary>After a history was deleted.</summary>
    public Action<JournalId>? Deleted { get; init; }

    /// <summary>After a request for an instance that another process holds.</summary>
    public Action<string>? Refused { get; init; }

    /// <summary>After the generations of an instance were listed, before they are returned.</summary>
    public Func<string, Task>? Listed { get; init; }

    /// <summary>Whether messages of other processes arrive; the default is that they do.</summary>
    public bool Receives { get; init; } = true;

    public Task<JournalException> Lost => inner.Lost;

    public Task AppendAsync(
        JournalId id, long expectedPosition, IReadOnlyList<ReadOnlyMemory<byte>> records, CancellationToken cancellation = default) =>
        inner.AppendAsync(id, expectedPosition, records, cancellation);

    public IAsyncEnumerable<ReadOnlyMemory<byte>> ReadAsync(JournalId id, CancellationToken cancellation = default)
    {
        Reading?.Invoke(id);
        return inner.ReadAsync(id, cancellation);
    }

    public IAsyncEnumerable<JournalId> ListAsync(CancellationToken cancellation = default) => inner.ListAsync(cancellation);

    public async IAsyncEnumerable<JournalId> ListAsync(string instanceId, [EnumeratorCancellation] CancellationToken cancellation = default)
    {
        var found = await inner.ListAsync(instanceId, cancellation).ToListAsync(cancellation);
        await (Listed?.Invoke(instanceId) ?? Task.CompletedTask);
        foreach (var id in found)
        {
            yield return id;
        }
    }

    public async Task DeleteAsync(JournalId id, CancellationToken cancellation = default)
    {
        await inner.DeleteAsync(id, cancellation);
        Deleted?.Invoke(id);
    }

    public async Task<IInstanceHold?> HoldAsync(string instanceId, CancellationToken cancellation = default)
    {
        var hold = await inner.HoldAsync(instanceId, cancellation);
        if (hold is null)
        {
            Refused?.Invoke(instanceId);
        }

        return hold;
    }

    public JournalOwner? FindHolder(string instanceId) => inner.FindHolder(instanceId);

    public IEnumerable<string> ListOpen() => inner.ListOpen();

    public async Task PutExtractAsync(JournalId id, IReadOnlyList<ReadOnlyMemory<byte>> records)
    {
        await (Extracting?.Invoke(id) ?? Task.CompletedTask);
        await inner.PutExtractAsync(id, records);
    }

    public Task<bool> HasExtractAsync(JournalId id, CancellationToken cancellation = default) => inner.HasExtractAsync(id, cancellation);

    public IAsyncEnumerable<ReadOnlyMemory<byte>> ReadExtractAsync(JournalId id, CancellationToken cancellation = default) =>
        inner.ReadExtractAsync(id, cancellation);

    public Task<JournalMessage?> SendAsync(string instanceId, ReadOnlyMemory<byte> message) => inner.SendAsync(instanceId, message);

    public async IAsyncEnumerable<JournalMessage> ReceiveAsync([EnumeratorCancellation] CancellationToken cancellation = default)
    {
        if (!Receives)
        {
            await Task.Delay(Timeout.InfiniteTimeSpan, TimeProvider.System, cancellation);
        }

        await foreach (var message in inner.ReceiveAsync(cancellation))
        {
            yield return message;
        }
    }

    public void Delete(JournalMessage message) => inner.Delete(message);

    public ValueTask DisposeAsync() => inner.DisposeAsync();
}
