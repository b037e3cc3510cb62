using Orchestrator.LocalHost.History;
using Orchestrator.LocalHost.Journal;

namespace Orchestrator.LocalHost.Tests;

/// <summary>A journal that counts its operations and can delay them or lose them as in a crash. It passes the others on to another journal.</summary>
internal sealed class JournalDouble(IJournal inner) : IJournal
{
    private readonly Lock _gate = new();
    private readonly List<(Func<HistoryEvent, bool> Which, TaskCompletionSource Gate, TaskCompletionSource Reached)> _holds = [];
    private readonly TaskCompletionSource _crashed = new(TaskCreationOptions.RunContinuationsAsynchronously);
    private int _appends;
    private int _recordsRead;

    /// <summary>The number of appends, those after the crash included.</summary>
    public int Appends => Volatile.Read(ref _appends);

    public int RecordsRead => Volatile.Read(ref _recordsRead);

    /// <summary>The number of appends after which nothing is durable any more, as in a killed process. Default: no limit.</summary>
    public int CrashAfter { get; init; } = int.MaxValue;

    /// <summary>Completes at the crash.</summary>
    public Task Crashed => _crashed.Task;

    public Task<JournalException> Lost => inner.Lost;

    /// <summary>Holds back the durability of an event until the returned source is completed.</summary>
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

    public async Task AppendAsync(JournalId id, long expectedPosition, ReadOnlyMemory<byte> record, CancellationToken cancellation = default)
    {
        if (Interlocked.Increment(ref _appends) > CrashAfter)
        {
            _crashed.TrySetResult();
            await Task.Delay(Timeout.InfiniteTimeSpan, TimeProvider.System, cancellation);
        }

        await inner.AppendAsync(id, expectedPosition, record, cancellation);
        Task? gate = null;
        lock (_gate)
        {
            if (_holds.Count > 0)
            {
                var happened = HistoryEventReader.Read(record.Span);
                foreach (var hold in _holds.Where(hold => hold.Which(happened)))
                {
                    hold.Reached.TrySetResult();
                    gate = hold.Gate.Task;
                }
            }
        }

        if (gate is not null)
        {
            await gate;
        }
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
