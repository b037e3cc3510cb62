using Microsoft.DurableTask;
using Orchestrator.LocalHost.History;

namespace Orchestrator.LocalHost.Runtime;

/// <summary>
/// The waiters for external events, and the buffered events without a waiter. Names are not case-sensitive. As in the SDK, the latest waiter is
/// served first; buffered events keep their order. A cancelled wait consumes no event. Events after a continue-as-new are for the next execution. Not
/// thread-safe.
/// </summary>
internal sealed class ExternalEvents(DataConverter converter)
{
    private readonly Dictionary<string, Stack<Waiter>> _waiters = new(StringComparer.OrdinalIgnoreCase);
    private readonly Dictionary<string, Queue<LinkedListNode<EventRaised>>> _byName = new(StringComparer.OrdinalIgnoreCase);
    private readonly LinkedList<EventRaised> _buffer = [];
    private readonly List<EventRaised> _carried = [];
    private bool _carries;

    /// <exception cref="ArgumentException">The code already waits for an event of this name with another type.</exception>
    public Task<T> WaitForAsync<T>(string name, CancellationToken cancellationToken)
    {
        var waiters = LiveWaiters(name);
        if (waiters.TryPeek(out var other) && other.Type != typeof(T))
        {
            throw new ArgumentException(
                $"Events with the same name must have the same type: '{name}' is awaited as {other.Type} and now as {typeof(T)}.");
        }

        var waiter = new Waiter<T>(converter);
        waiters.Push(waiter);
        if (_byName.TryGetValue(name, out var buffered) && buffered.TryDequeue(out var raised))
        {
            _buffer.Remove(raised);
            waiters.Pop().Receive(raised.Value.Input);
        }
        else
        {
            waiter.CancelWith(cancellationToken);
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

        if (!_byName.TryGetValue(raised.Name, out var buffered))
        {
            _byName.Add(raised.Name, buffered = new Queue<LinkedListNode<EventRaised>>());
        }

        buffered.Enqueue(_buffer.AddLast(raised));
    }

    /// <summary>The events for the next execution, in the order of their arrival.</summary>
    public IReadOnlyCollection<EventRaised> Carried => _carried;

    /// <summary>From now on events are for the next execution, because the code continues as new.</summary>
    /// <param name="includeUnprocessed">
    /// Whether buffered events are for the next execution, too. Otherwise the code can consume them until it ends.
    /// </param>
    public void CarryOver(bool includeUnprocessed)
    {
        _carries = true;
        if (includeUnprocessed)
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

        while (waiters.TryPeek(out var top) && top.IsCompleted)
        {
            waiters.Pop();
        }

        return waiters;
    }

    private abstract class Waiter
    {
        public abstract Type Type { get; }

        public abstract bool IsCompleted { get; }

        public abstract void Receive(string? input);
    }

    private sealed class Waiter<T>(DataConverter converter) : Waiter
    {
        private readonly TaskCompletionSource<T> _source = new();
        private CancellationTokenRegistration _registration;

        public Task<T> Task => _source.Task;

        public override Type Type => typeof(T);

        public override bool IsCompleted => _source.Task.IsCompleted;

        public void CancelWith(CancellationToken cancellationToken) =>
            _registration = cancellationToken.UnsafeRegister(static (waiter, token) => ((Waiter<T>)waiter!)._source.TrySetCanceled(token), this);

        public override void Receive(string? input)
        {
            _registration.Dispose();
            try
            {
                _source.TrySetResult(input is null ? default! : converter.Deserialize<T>(input)!);
            }
            catch (Exception exception)
            {
                _source.TrySetException(exception);
            }
        }
    }
}
