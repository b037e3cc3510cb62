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
    private InstanceTreeHold? _treeHold;
    private TaskCompletionSource? _ending;
    private int _endings;
    private int _users;

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

    /// <summary>Completes when the extract of an instance that has just ended is written, and nothing more of it will be; at once when there is none.</summary>
    public Task Rested => Volatile.Read(ref _ending)?.Task ?? Task.CompletedTask;

    /// <summary>The instance uses the hold until <see cref="Rest"/>.</summary>
    public void Run(OrchestrationInstance live)
    {
        lock (Gate)
        {
            _live = live;
            _users++;
        }
    }

    /// <summary>Uses the hold that this process has on the instance, until <see cref="Release"/>.</summary>
    /// <param name="isKnown">Whether the state here is current. It is not when only children of the instance kept the hold.</param>
    /// <returns>False when this process has none.</returns>
    public bool TryUse(out bool isKnown)
    {
        lock (Gate)
        {
            isKnown = _hold is not null;
            if (!isKnown && _treeHold?.TryShare() == true)
            {
                _hold = _treeHold;
            }

            _users += _hold is null ? 0 : 1;
            return _hold is not null;
        }
    }

    /// <summary>Makes the instance this process's own, until <see cref="Release"/>.</summary>
    /// <param name="hold">Null in a journal that is not shared: everything there is this process's own.</param>
    public void Take(InstanceTreeHold? hold)
    {
        lock (Gate)
        {
            _users++;
            if (_hold is null)
            {
                _hold = hold;
            }
            else
            {
                hold?.Release(InstanceId, HoldRelease.Ended);
            }
        }
    }

    /// <summary>Makes the instance this process's own together with the one that started it, until <see cref="Release"/>.</summary>
    public void Share(InstanceEntry parent)
    {
        lock (Gate)
        {
            _users++;
            if (_hold is null && parent.Hold is { } root && root.TryShare())
            {
                _hold = root;
            }
        }
    }

    /// <summary>
    /// Ends one use of the hold. With the last use the instance is released and its state here is dropped: from now on another process may change it, and
    /// only the journal is current.
    /// </summary>
    /// <param name="how">What becomes of the instance.</param>
    public void Release(HoldRelease how = HoldRelease.Ended)
    {
        lock (Gate)
        {
            if (--_users > 0 || _hold is not { } hold)
            {
                return;
            }

            // The lock is free before other threads see that there is no hold.
            (_hold, _snapshot) = (null, null);
            _treeHold = hold.RootId == InstanceId ? hold : null;
            hold.Release(InstanceId, how);
        }
    }

    /// <summary>Nothing more is written of an instance that has ended: its use of the hold ends.</summary>
    public void Rest()
    {
        lock (Gate)
        {
            Release();
            if (--_endings == 0)
            {
                _ending!.SetResult();
                _ending = null;
            }
        }
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
            // In this order, since all three are read without the lock: a reader of the end must find that the instance rests, and that nothing runs.
            _endings++;
            Volatile.Write(ref _ending, _ending ?? new TaskCompletionSource(TaskCreationOptions.RunContinuationsAsynchronously));
            Volatile.Write(ref _live, null);
            Volatile.Write(ref _snapshot, snapshot);
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
