using Microsoft.DurableTask;
using Orchestrator.LocalHost.History;

namespace Orchestrator.LocalHost.Runtime;

/// <summary>
/// The waiters for each event, and the events that came before a waiter. Names do not differ by case. The latest waiter is served first, as the SDK does it;
/// events without a waiter keep their order. A cancelled wait takes no event. What comes after a continue-as-new is for the next execution.
/// </summary>
internal sealed class ExternalEvents(DataConverter converter)
{
    private readonly Dictionary<string, Stack<Waiter>> _waiters = new(StringComparer.OrdinalIgnoreCase);
    private readonly Dictionary<string, Queue<LinkedListNode<EventRaised>>> _byName = new(StringComparer.OrdinalIgnoreCase);
    private readonly LinkedList<EventRaised> _buffer = [];
    private readonly List<EventRaised> _carried = [];
    private bool _carries;

    /// <exception cref="ArgumentException">The code waits for an event of this name with another type already.</exception>
    public Task<T> WaitFor<T>(string name, CancellationToken cancellation)
    {
        var waiters = LiveWaiters(name);
        if (waiters.TryPeek(out var other) && other.Type != typeof(T))
        {
            throw new ArgumentException($"Events with the same name must have the same type: '{name}' is awaited as {other.Type} and now as {typeof(T)}.");
        }

        var waiter = new Waiter<T>(converter);
        waiters.Push(waiter);
        if (_byName.TryGetValue(name, out var early) && early.TryDequeue(out var raised))
        {
            _buffer.Remove(raised);
            waiters.Pop().Receive(raised.Value.Input);
        }
        else
        {
            waiter.CancelWith(cancellation);
        }

        return waiter.Task;
    }

    public void Deliver(EventRaised raised)
    {
        if (_carries)
        {
            _carried.Add(raised);
            return;
        }

        if (LiveWaiters(raised.Name).TryPop(out var waiter))
        {
            waiter.Receive(raised.Input);
            return;
        }

        if (!_byName.TryGetValue(raised.Name, out var early))
        {
            _byName.Add(raised.Name, early = new Queue<LinkedListNode<EventRaised>>());
        }

        early.Enqueue(_buffer.AddLast(raised));
    }

    /// <summary>What the next execution gets, in the order it came.</summary>
    public IReadOnlyCollection<EventRaised> Carried => _carried;

    /// <summary>The code continues as new: from now on events are for the next execution, also those that this one waits for.</summary>
    /// <param name="unprocessedToo">Whether that holds for those that have not been taken yet, too. Without it they can be taken until the code ends.</param>
    public void CarryOver(bool unprocessedToo)
    {
        _carries = true;
        if (unprocessedToo)
        {
            _carried.AddRange(_buffer);
            _buffer.Clear();
            _byName.Clear();
        }
    }

    private Stack<Waiter> LiveWaiters(string name)
    {
        if (!_waiters.TryGetValue(name, out var waiters))
        {
            _waiters.Add(name, waiters = new Stack<Waiter>());
        }

        while (waiters.TryPeek(out var top) && top.IsOver)
        {
            waiters.Pop();
        }

        return waiters;
    }

    private abstract class Waiter
    {
        public abstract Type Type { get; }

        public abstract bool IsOver { get; }

        public abstract void Receive(string? input);
    }

    private sealed class Waiter<T>(DataConverter converter) : Waiter
    {
        private readonly TaskCompletionSource<T> _source = new();
        private CancellationTokenRegistration _registration;

        public Task<T> Task => _source.Task;

        public override Type Type => typeof(T);

        public override bool IsOver => _source.Task.IsCompleted;

        public void CancelWith(CancellationToken cancellation) =>
            _registration = cancellation.UnsafeRegister(static (waiter, token) => ((Waiter<T>)waiter!)._source.TrySetCanceled(token), this);

        public override void Receive(string? input)
        {
            _registration.Dispose();
            try
            {
                _source.TrySetResult(input is null ? default! : converter.Deserialize<T>(input)!);
            }
            catch (Exception problem)
            {
                _source.TrySetException(problem);
            }
        }
    }
}
