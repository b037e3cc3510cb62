using Orchestrator.LocalHost.History;
using Orchestrator.LocalHost.Journal;

namespace Orchestrator.LocalHost.Tests;

/// <summary>A journal that counts its operations and can delay them or lose them as in a crash. It passes the others on to another journal.</summary>
internal sealed class JournalDouble(IJournal inner) : IJournal
{
    private readonly Lock _gate = new();
    private readonly List<(Func<HistoryEvent, bool> Which, TaskCompletionSource Gate, TaskCompletionSource Reached)> _holds = [];
    private readonly TaskCompletionSource _crashed = new(TaskCreationOptions.RunContinuationsAsynchronously);
    private readonly TaskCompletionSource<JournalException> _lost = new(TaskCreationOptions.RunContinuationsAsynchronously);
    private int _records;
    private int _writes;
    private int _recordsRead;

    /// <summary>The number of appended records, those after the crash included.</summary>
    public int Records => Volatile.Read(ref _records);

    /// <summary>The number of appends; one has one record or more.</summary>
    public int Writes => Volatile.Read(ref _writes);

    public int RecordsRead => Volatile.Read(ref _recordsRead);

    /// <summary>
    /// The number of records after which nothing is durable any more, as in a killed process; of an append the first records may be. Default: no limit.
    /// </summary>
    public int CrashAfter { get; init; } = int.MaxValue;

    /// <summary>Completes at the crash.</summary>
    public Task Crashed => _crashed.Task;

    public Task<JournalException> Lost => _lost.Task;

    /// <summary>This process loses the journal. What was appended before can become durable nevertheless.</summary>
    public void Lose(JournalException reason) => _lost.SetResult(reason);

    /// <summary>Holds back the durability of an event, and of what is written with it, until the returned source is completed.</summary>
    /// <param name="reached">Completes when the event is appended.</param>
    public TaskCompletionSource Hold(Func<HistoryEvent, bool> which, out Task reached)
    {
        var hold = (which, Gate: new TaskCompletionSource(TaskCreationOptions.RunContinuationsAsynchronously),
            Reached: new TaskCompletionSource(TaskCreationOptions.RunContinuationsAsynchronously));
        lock (_gate)
        {
            _holds.Add(hold);
        }

        reached = hold.Reached.Task;
        return hold.Gate;
    }

    public async Task AppendAsync(
        JournalId id, long expectedPosition, IReadOnlyList<ReadOnlyMemory<byte>> records, CancellationToken cancellation = default)
    {
        Interlocked.Increment(ref _writes);
        var kept = Math.Max(0, records.Count - Math.Max(0, Interlocked.Add(ref _records, records.Count) - CrashAfter));
        var happened = records.Select(record => HistoryEventReader.Read(record.Span)).ToList();
        if (kept > 0)
        {
            await inner.AppendAsync(id, expectedPosition, records.Take(kept).ToList(), cancellation);
        }

        if (kept < happened.Count)
        {
            _crashed.TrySetResult();
            await Task.Delay(Timeout.InfiniteTimeSpan, TimeProvider.System, cancellation);
        }

        Task gates;
        lock (_gate)
        {
            var holds = _holds.Where(hold => happened.Exists(e => hold.Which(e))).ToList();
            holds.ForEach(hold => hold.Reached.TrySetResult());
            gates = Task.WhenAll(holds.Select(hold => hold.Gate.Task));
        }

        await gates;
    }

    public async IAsyncEnumerable<ReadOnlyMemory<byte>> ReadAsync(
        JournalId id, [System.Runtime.CompilerServices.EnumeratorCancellation] CancellationToken cancellation = default)
    {
        await foreach (var record in inner.ReadAsync(id, cancellation))
        {
            Interlocked.Increment(ref _recordsRead);
            yield return record;
        }
    }

    public IAsyncEnumerable<JournalId> ListAsync(CancellationToken cancellation = default) => inner.ListAsync(cancellation);

    public Task DeleteAsync(JournalId id, CancellationToken cancellation = default) =>
        _crashed.Task.IsCompleted ? Task.CompletedTask : inner.DeleteAsync(id, cancellation);

    public ValueTask DisposeAsync() => ValueTask.CompletedTask;
}
