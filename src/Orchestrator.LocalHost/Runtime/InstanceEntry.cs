using Orchestrator.LocalHost.Journal;

namespace Orchestrator.LocalHost.Runtime;

/// <summary>One instance id: the running instance, its durable state, and the waiters for a later state. Thread safe.</summary>
internal sealed class InstanceEntry(string instanceId)
{
    private readonly List<Waiter> _waiters = [];
    private OrchestrationInstance? _live;
    private InstanceSnapshot? _snapshot;
    private Exception? _fault;
    private InstanceTreeHold? _hold;
    private TaskCompletionSource? _ending;

    public string InstanceId { get; } = instanceId;

    /// <summary>Guards the decision to create, replace or purge.</summary>
    public Lock Gate { get; } = new();

    /// <summary>Held while this process takes the instance.</summary>
    public SemaphoreSlim Opening { get; } = new(1, 1);

    /// <summary>In a shared journal, the hold of this process on the instance; null while it has none.</summary>
    public InstanceTreeHold? Hold => Volatile.Read(ref _hold);

    /// <summary>The running instance; null when it is finished or was never there.</summary>
    public OrchestrationInstance? Live => Volatile.Read(ref _live);

    /// <summary>The durable state; null until the first record is durable.</summary>
    public InstanceSnapshot? Snapshot => Volatile.Read(ref _snapshot);

    /// <summary>Why nothing can be said about the instance: its history is damaged, or cannot be written. Null while all is well.</summary>
    public Exception? Fault => Volatile.Read(ref _fault);

    /// <summary>Completes when an instance that has just ended was released; at once when there is none.</summary>
    public Task Rested => Volatile.Read(ref _ending)?.Task ?? Task.CompletedTask;

    public void Run(OrchestrationInstance live) => Volatile.Write(ref _live, live);

    public void Take(InstanceTreeHold hold) => Volatile.Write(ref _hold, hold);

    /// <summary>Shares the hold of the instance that started this one.</summary>
    public void Share(InstanceEntry parent)
    {
        lock (Gate)
        {
            _hold ??= parent.Hold?.Share();
        }
    }

    /// <summary>
    /// Releases the instance, unless it runs. Its state here is dropped: from now on another process may change it, and only the journal is current.
    /// </summary>
    /// <param name="historiesDeleted">Its histories were deleted.</param>
    public void Release(bool historiesDeleted = false)
    {
        InstanceTreeHold? hold;
        lock (Gate)
        {
            _ending?.TrySetResult();
            _ending = null;
            if (_live is not null)
            {
                return;
            }

            (hold, _hold) = (_hold, null);
            if (hold is not null)
            {
                _snapshot = null;
            }
        }

        hold?.Release(historiesDeleted);
    }

    public void Publish(InstanceSnapshot snapshot)
    {
        lock (Gate)
        {
            _snapshot = snapshot;
            Notify(snapshot);
        }
    }

    public void Finish(InstanceSnapshot snapshot)
    {
        lock (Gate)
        {
            _live = null;
            _snapshot = snapshot;
            if (_hold is not null)
            {
                _ending ??= new TaskCompletionSource(TaskCreationOptions.RunContinuationsAsynchronously);
            }

            Notify(snapshot);
        }
    }

    public void Refuse(Exception fault)
    {
        lock (Gate)
        {
            _fault = fault;
            FailWaiters(fault);
        }
    }

    /// <summary>The host has stopped: fails the waiters, which would otherwise wait for ever.</summary>
    public void StopWaiting(Exception reason)
    {
        lock (Gate)
        {
            FailWaiters(reason);
        }
    }

    /// <summary>Forgets a finished instance, unless another has taken its place.</summary>
    public bool Forget(InstanceSnapshot finished)
    {
        lock (Gate)
        {
            if (_live is not null || !ReferenceEquals(_snapshot, finished))
            {
                return false;
            }

            _snapshot = null;
            return true;
        }
    }

    /// <summary>Waits for a durable state. An instance that is not there yet may still come.</summary>
    /// <exception cref="JournalException">The instance cannot go on.</exception>
    public async Task<InstanceSnapshot> WhenAsync(Func<InstanceSnapshot, bool> condition, CancellationToken cancellation)
    {
        Waiter waiter;
        lock (Gate)
        {
            ThrowIfFaulted();
            if (_snapshot is { } now && condition(now))
            {
                return now;
            }

            waiter = new Waiter(condition);
            _waiters.Add(waiter);
        }

        await using var registration = cancellation
            .UnsafeRegister(static (source, token) => ((Waiter)source!).Reached.TrySetCanceled(token), waiter)
            .ConfigureAwait(false);
        try
        {
            return await waiter.Reached.Task.ConfigureAwait(false);
        }
        finally
        {
            lock (Gate)
            {
                _waiters.Remove(waiter);
            }
        }
    }

    public void ThrowIfFaulted()
    {
        if (Fault is { } fault)
        {
            throw new JournalException($"The instance '{InstanceId}' is refused: {fault.Message}", fault);
        }
    }

    private void FailWaiters(Exception reason)
    {
        foreach (var waiter in _waiters)
        {
            waiter.Reached.TrySetException(reason);
        }

        _waiters.Clear();
    }

    private void Notify(InstanceSnapshot snapshot)
    {
        for (var i = _waiters.Count - 1; i >= 0; i--)
        {
            if (_waiters[i].Condition(snapshot))
            {
                _waiters[i].Reached.TrySetResult(snapshot);
                _waiters.RemoveAt(i);
            }
        }
    }

    private sealed class Waiter(Func<InstanceSnapshot, bool> condition)
    {
        public Func<InstanceSnapshot, bool> Condition { get; } = condition;

        public TaskCompletionSource<InstanceSnapshot> Reached { get; } = new(TaskCreationOptions.RunContinuationsAsynchronously);
    }
}
