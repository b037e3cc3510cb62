using Orchestrator.LocalHost.Journal;
using Orchestrator.Storage;

namespace Orchestrator.CrashSweep.Writes;

/// <summary>A write that was requested and has not been carried out.</summary>
/// <param name="queue">Writes of one queue, a history or a log, happen in their order; null: in any order.</param>
/// <param name="name">What is written: the operation and the key.</param>
/// <param name="content">What is written, for the order of pending writes of one name: without what is different in each process.</param>
internal abstract class PendingWrite(string? queue, string name, byte[] content, bool isJournal) : IComparable<PendingWrite>
{
    public string? Queue => queue;

    public string Name => name;

    public byte[] Content => content;

    public bool IsJournal => isJournal;

    /// <summary>How many writes had been carried out when it was requested.</summary>
    public int Round { get; set; }

    /// <summary>Carries it out and completes its task.</summary>
    public abstract void Grant();

    /// <summary>Carries it out without completing its task.</summary>
    public abstract void Perform();

    /// <summary>Carries out half of it, where a crash can do that.</summary>
    public abstract void Tear();

    public abstract void Fail(Exception exception);

    /// <summary>An order that does not depend on threads, and that is the order of the requests for those of one execution.</summary>
    public int CompareTo(PendingWrite? other)
    {
        var byName = string.CompareOrdinal(name, other?.Name);
        if (byName != 0 || other is null)
        {
            return byName;
        }

        var byRound = queue is null ? 0 : Round.CompareTo(other.Round);
        return byRound != 0 ? byRound : content.AsSpan().SequenceCompareTo(other.Content);
    }

    public Exception Failure() => IsJournal
        ? new JournalException($"{name}: the sweep's disk is full.")
        : new ContentStoreException(name, $"{name}: the sweep's disk failed.");
}

internal sealed class PendingWrite<T>(string? queue, string name, byte[] content, Func<T> perform, Action? tear = null, bool isJournal = false)
    : PendingWrite(queue, name, content, isJournal)
{
    private readonly TaskCompletionSource<T> _answer = new();

    public Task<T> Answer => _answer.Task;

    public override void Grant()
    {
        T result;
        try
        {
            result = perform();
        }
        catch (Exception exception)
        {
            _answer.SetException(exception);
            return;
        }

        // Continuations run on this thread, which makes their order the same every time.
        _answer.SetResult(result);
    }

    public override void Perform() => perform();

    public override void Tear() => tear?.Invoke();

    public override void Fail(Exception exception) => _answer.SetException(exception);
}
