using System.Runtime.CompilerServices;
using Orchestrator.LocalHost.Journal;

namespace Orchestrator.LocalHost.Tests.Runtime;

/// <summary>The point of a write at which the process is killed.</summary>
public enum DeathPoint
{
    Before,
    Torn,
    After,
}

/// <summary>
/// A shared folder of a process that is killed at its k-th write of shared files: locks with their notes, extracts, messages, deletions.
/// From then on nothing of it is written, nothing answers, and the system has freed its locks; its notes stay.
/// </summary>
internal sealed class DyingJournal(FileJournal inner, string folder, int k, DeathPoint point) : ISharedJournal
{
    private readonly TaskCompletionSource _died = new(TaskCreationOptions.RunContinuationsAsynchronously);
    private volatile bool _isDead;
    private int _writes;

    /// <summary>Whether the process writes and answers nothing any more.</summary>
    public bool IsDead => _isDead;

    /// <summary>Completes when the process is dead and its locks are free.</summary>
    public Task Died => _died.Task;

    public Task<JournalException> Lost => inner.Lost;

    public Task AppendAsync(
        JournalId id, long expectedPosition, IReadOnlyList<ReadOnlyMemory<byte>> records, CancellationToken cancellation = default) =>
        IsDead ? Never : inner.AppendAsync(id, expectedPosition, records, cancellation);

    public async IAsyncEnumerable<ReadOnlyMemory<byte>> ReadAsync(JournalId id, [EnumeratorCancellation] CancellationToken cancellation = default)
    {
        await (IsDead ? Never : Task.CompletedTask);
        await foreach (var record in inner.ReadAsync(id, cancellation))
        {
            yield return record;
        }
    }

    public IAsyncEnumerable<JournalId> ListAsync(CancellationToken cancellation = default) => inner.ListAsync(cancellation);

    public IAsyncEnumerable<JournalId> ListAsync(string instanceId, CancellationToken cancellation = default) =>
        inner.ListAsync(instanceId, cancellation);

    public Task DeleteAsync(JournalId id, CancellationToken cancellation = default) => WriteAsync(async () =>
    {
        await inner.DeleteAsync(id, cancellation);
        return true;
    });

    public Task<IInstanceHold?> HoldAsync(string instanceId, CancellationToken cancellation = default) =>
        WriteAsync(() => inner.HoldAsync(instanceId, cancellation));

    public JournalOwner? FindHolder(string instanceId) => inner.FindHolder(instanceId);

    public IEnumerable<string> ListOpen() => inner.ListOpen();

    public Task PutExtractAsync(JournalId id, IReadOnlyList<ReadOnlyMemory<byte>> records) => WriteAsync(
        async () =>
        {
            await inner.PutExtractAsync(id, records);
            return true;
        },
        () => Shorten(Directory.GetFiles(Path.Combine(folder, "instances"), id.InstanceId + "*.end").Single()));

    public Task<bool> HasExtractAsync(JournalId id, CancellationToken cancellation = default) => inner.HasExtractAsync(id, cancellation);

    public IAsyncEnumerable<ReadOnlyMemory<byte>> ReadExtractAsync(JournalId id, CancellationToken cancellation = default) =>
        inner.ReadExtractAsync(id, cancellation);

    public Task<JournalMessage?> SendAsync(string instanceId, ReadOnlyMemory<byte> message) => WriteAsync(() => inner.SendAsync(instanceId, message));

    public async IAsyncEnumerable<JournalMessage> ReceiveAsync([EnumeratorCancellation] CancellationToken cancellation = default)
    {
        await foreach (var message in inner.ReceiveAsync(cancellation))
        {
            await (IsDead ? Never : Task.CompletedTask);
            yield return message;
        }
    }

    public void Delete(JournalMessage message)
    {
        if (IsDead)
        {
            return;
        }

        var dies = Interlocked.Increment(ref _writes) == k;
        if (!dies || point != DeathPoint.Before)
        {
            inner.Delete(message);
        }

        if (dies)
        {
            _ = DieAsync();
        }
    }

    public ValueTask DisposeAsync() => inner.DisposeAsync();

    private static Task Never { get; } = new TaskCompletionSource().Task;

    private async Task<T> WriteAsync<T>(Func<Task<T>> write, Action? tear = null)
    {
        if (IsDead)
        {
            await Never;
        }

        if (Interlocked.Increment(ref _writes) != k)
        {
            return await write();
        }

        if (point != DeathPoint.Before)
        {
            await write();
            if (point == DeathPoint.Torn)
            {
                tear?.Invoke();
            }
        }

        await DieAsync();
        await Never;
        throw new InvalidOperationException("A dead process does not go on.");
    }

    private async Task DieAsync()
    {
        _isDead = true;
        await inner.DisposeAsync();
        _died.TrySetResult();
    }

    private static void Shorten(string file)
    {
        using var stream = new FileStream(file, FileMode.Open, FileAccess.Write);
        stream.SetLength(stream.Length / 2);
    }
}
