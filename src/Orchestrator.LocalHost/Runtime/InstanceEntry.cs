using Orchestrator.LocalHost.Journal;

namespace Orchestrator.LocalHost.Runtime;

/// <summary>
/// The state of one instance id in this process: the running instance, its durable snapshot, and the waiters for a later snapshot. Thread-safe.
/// </summary>
internal sealed class InstanceEntry(string instanceId)
{
    private readonly SnapshotWaiters _waiters = new();
    private OrchestrationInstance? _live;
    private InstanceSnapshot? _snapshot;
    private Exception? _fault;
    private InstanceTreeHold? _hold;
    private InstanceTreeHold? _treeHold;
    private TaskCompletionSource? _ending;
    private int _endings;
    private int _users;

    public string InstanceId { get; } = instanceId;

    /// <summary>Guards all state, and the decision to create, replace or purge.</summary>
    public Lock Gate { get; } = new();

    /// <summary>Held while this process acquires the instance.</summary>
    public SemaphoreSlim Acquiring { get; } = new(1, 1);

    /// <summary>The hold of this process on the instance of a shared journal; null while it has none.</summary>
    public InstanceTreeHold? Hold => Volatile.Read(ref _hold);

    /// <summary>The running instance; null when none runs here.</summary>
    public OrchestrationInstance? Live => Volatile.Read(ref _live);

    /// <summary>The durable snapshot; null until the first record is durable.</summary>
    public InstanceSnapshot? Snapshot => Volatile.Read(ref _snapshot);

    /// <summary>Why the instance is refused: its history is damaged, or cannot be written. Null otherwise.</summary>
    public Exception? Fault => Volatile.Read(ref _fault);

    /// <summary>Completes when nothing more is written for an ended instance. Completed already when no instance is ending.</summary>
    public Task EndWritten => Volatile.Read(ref _ending)?.Task ?? Task.CompletedTask;

    /// <summary>Sets the running instance, which uses the hold until <see cref="CompleteEnd"/>.</summary>
    public void SetLive(OrchestrationInstance live)
    {
        lock (Gate)
        {
            _live = live;
            _users++;
        }
    }

    /// <summary>Uses the existing hold of this process until <see cref="Release"/>.</summary>
    /// <param name="isKnown">Whether the snapshot is current. It is not when only sub-orchestrations kept the hold.</param>
    /// <returns>False when this process has no hold.</returns>
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

    /// <summary>Uses a new hold until <see cref="Release"/>.</summary>
    /// <param name="hold">Null in a journal that is not shared, which needs no holds.</param>
    public void Acquire(InstanceTreeHold? hold)
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

    /// <summary>Uses the hold of the parent until <see cref="Release"/>.</summary>
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
    /// Ends one use of the hold. The last one releases the instance and drops its snapshot: from then on another process may change the instance, so
    /// only the journal is current.
    /// </summary>
    /// <param name="how">The state in which the instance is released.</param>
    public void Release(HoldRelease how = HoldRelease.Ended)
    {
        lock (Gate)
        {
            if (--_users > 0 || _hold is not { } hold)
            {
                return;
            }

            // Other threads see that there is no hold only after the lock was released.
            (_hold, _snapshot) = (null, null);
            _treeHold = hold.RootId == InstanceId ? hold : null;
            hold.Release(InstanceId, how);
        }
    }

    /// <summary>Ends the use of the hold by an ended instance, for which nothing more is written.</summary>
    public void CompleteEnd()
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
            _waiters.Complete(snapshot);
        }
    }

    public void Finish(InstanceSnapshot snapshot)
    {
        lock (Gate)
        {
            // All three are read without the lock. In this order a reader of the final snapshot sees that no instance runs, and can await the end of
            // its writes.
            _endings++;
            Volatile.Write(ref _ending, _ending ?? new TaskCompletionSource(TaskCreationOptions.RunContinuationsAsynchronously));
            Volatile.Write(ref _live, null);
            Volatile.Write(ref _snapshot, snapshot);
            _waiters.Complete(snapshot);
        }
    }

    public void Refuse(Exception fault)
    {
        lock (Gate)
        {
            _fault = fault;
            _waiters.Fail(fault);
        }
    }

    /// <summary>Fails the waiters because the host has stopped.</summary>
    public void StopWaiting(Exception reason)
    {
        lock (Gate)
        {
            _waiters.Fail(reason);
        }
    }

    /// <summary>Drops the snapshot of a finished instance, unless it was replaced.</summary>
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

    /// <summary>Waits for a durable snapshot. The instance need not exist yet.</summary>
    /// <exception cref="JournalException">The instance is refused.</exception>
    public async Task<InstanceSnapshot> WhenAsync(Func<InstanceSnapshot, bool> condition, CancellationToken cancellationToken)
    {
        SnapshotWaiters.Waiter waiter;
        lock (Gate)
        {
            ThrowIfFaulted();
            if (_snapshot is { } now && condition(now))
            {
                return now;
            }

            waiter = _waiters.Add(condition);
        }

        await using var registration = waiter.CancelOn(cancellationToken).ConfigureAwait(false);
        try
        {
            return await waiter.Reached.ConfigureAwait(false);
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
}
