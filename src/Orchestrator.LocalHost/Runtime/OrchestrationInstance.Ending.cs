using Microsoft.DurableTask;
using Microsoft.DurableTask.Client;
using Orchestrator.LocalHost.History;
using Orchestrator.LocalHost.Journal;

namespace Orchestrator.LocalHost.Runtime;

/// <summary>Publishes status changes, ends the instance after a turn, and halts it when the host stops or its history cannot be written.</summary>
internal sealed partial class OrchestrationInstance
{
    private void AfterTurn()
    {
        if (_isClosed)
        {
            return;
        }

        if (_execution.Fault is { } fault)
        {
            Close(new ExecutionCompleted(NextTimestamp(), OrchestrationRuntimeStatus.Failed, null, Failures.Of(fault), NonRetriable: true));
            return;
        }

        if (_execution.Status != _durableStatus)
        {
            RecordStatus(_execution.Status);
        }

        if (!_execution.IsOver)
        {
            return;
        }

        if (_execution.ContinueAsNew is { } next && _execution.Code!.IsCompletedSuccessfully)
        {
            ContinueAsNew(next);
        }
        else
        {
            Close(End(_execution.Code!));
        }
    }

    /// <summary>Fails an instance of another version before its code runs, because the code of this version may request other operations.</summary>
    private bool TryFailOtherVersion()
    {
        var version = _execution.Started.Version;
        if (_engine.Accepts(version))
        {
            return false;
        }

        var failure = Failures.OfVersion(version, _engine.DefaultVersion, _snapshot.Status == OrchestrationRuntimeStatus.Suspended);
        Close(
            new ExecutionCompleted(NextTimestamp(), OrchestrationRuntimeStatus.Failed, null, failure, NonRetriable: true),
            afterwards: () => _engine.OnVersionRefused(InstanceId, version));
        return true;
    }

    private ExecutionCompleted End(Task<object?> code)
    {
        try
        {
#pragma warning disable VSTHRD002 // The code has ended, so this does not wait. It throws the code's own exception, also of a cancelled task.
            var output = Serialize(code.GetAwaiter().GetResult());
#pragma warning restore VSTHRD002
            return new ExecutionCompleted(NextTimestamp(), OrchestrationRuntimeStatus.Completed, output, null);
        }
        catch (Exception exception)
        {
            return new ExecutionCompleted(
                NextTimestamp(), OrchestrationRuntimeStatus.Failed, null, Failures.Of(exception), NonRetriable: exception is TaskNotFoundException);
        }
    }

    private void Terminate(ExecutionCompleted termination, TaskCompletionSource? recorded)
    {
        var children = termination.Recursive
            ? _execution.OpenOperations.OfType<ISubOrchestrationOperation>().Select(child => child.ChildId).ToArray()
            : [];
        Close(termination, recorded, () => _engine.TerminateChildren(children));
    }

    private void Close(ExecutionCompleted end, TaskCompletionSource? recorded = null, Action? afterwards = null)
    {
        Record(end);
        _isClosed = true;
        AbandonExecution();
        _pending.Enqueue(new Pending(_write)
        {
            Always = true,
            Recorded = recorded,
            Effect = () =>
            {
                Interlocked.Exchange(ref _lastUpdated, end.Time.Ticks);
                _snapshot = _snapshot.WithEnd(end, _durableStatus);
                _entry.Finish(_snapshot);
                _engine.OnInstanceEnded(_snapshot);
                afterwards?.Invoke();
            },
        });
    }

    /// <summary>
    /// Starts the next execution in a new history, whose first record has everything that is carried over. The old history is deleted when that
    /// record is durable; after an earlier crash this step is repeated from the old history.
    /// </summary>
    private void ContinueAsNew(ContinueAsNewOptions next)
    {
        var before = _execution.Started;

        // What the execution recorded last belongs to its own history.
        Send();
        var waiting = _pending.ToArray();
        _pending.Clear();
        _waitingEvents = 0;
        var carried = _execution.Events.Carried.Concat(waiting.Select(pending => pending.Event).OfType<EventRaised>()).ToArray();
        var started = new ExecutionStarted(NextTimestamp(), before.Name, Serialize(next.NewInput), before.CreatedAt)
        {
            Version = string.IsNullOrWhiteSpace(next.NewVersion) ? before.Version : next.NewVersion,
            Tags = before.Tags,
            Parent = before.Parent,
            CustomStatus = _execution.Status,
            CarriedEvents = carried.Length == 0 ? null : carried,
        };

        var old = _journalId;
        _journalId = new JournalId(InstanceId, old.Generation + 1);
        _position = 0;
        Record(started);
        _execution = new Execution(this, started, _journalId.Generation, RecordedOperations.None, 0);
        _snapshot = InstanceSnapshot.Of(InstanceId, _journalId.Generation, started, OrchestrationRuntimeStatus.Running, started.CustomStatus);
        _pending.Enqueue(new Pending(_write) { Effect = () => _engine.DeleteHistory(old), Always = true });
        Enqueue(started, recorded: null);
        foreach (var pending in waiting)
        {
            Requeue(pending);
        }
    }

    private void Requeue(in Pending pending)
    {
        if (pending.Event is ExecutionSuspended or ExecutionResumed)
        {
            Record(pending.Event);
            Enqueue(pending.Event, pending.Recorded);
        }
        else
        {
            // The events themselves are carried over. No operation waits: an open one would keep the execution from its end.
            _pending.Enqueue(pending with { Write = _write, Event = null });
        }
    }

    /// <summary>
    /// Records all received messages, then halts: no more code runs. The next host processes the rest from the history. Thread-safe.
    /// </summary>
    public Task HaltAsync()
    {
        var halt = new TaskCompletionSource(TaskCreationOptions.RunContinuationsAsynchronously);
        var first = Interlocked.CompareExchange(ref _halt, halt, null) ?? halt;
        Wake();
        return first.Task;
    }

    private void Halt()
    {
        _isHalted = true;
        AbandonExecution();
        foreach (var pending in _pending)
        {
            if (pending.Recorded is { } recorded)
            {
                _ = pending.Write.Durable.ContinueWith(
                    static (durable, source) => Acknowledge((TaskCompletionSource)source!, durable),
                    recorded,
                    CancellationToken.None,
                    TaskContinuationOptions.None,
                    TaskScheduler.Default);
            }
        }

        _pending.Clear();
        Volatile.Read(ref _halt)?.TrySetResult();
    }

    /// <summary>Halts the instance until the next start, because its history cannot be written or because of a bug.</summary>
    private void HaltOnError(Exception exception)
    {
        _isHalted = true;

        // What was received is for the next host to process.
        Send();
        AbandonExecution();
        _engine.OnInstanceHalted(InstanceId, exception);
        _entry.Refuse(exception);
        foreach (var pending in _pending)
        {
            pending.Recorded?.TrySetException(exception);
        }

        _pending.Clear();
        Volatile.Read(ref _halt)?.TrySetResult();

        // Messages that were not received are refused.
        Wake();
    }

    /// <summary>Releases the timers of the execution and the steady clock.</summary>
    private void AbandonExecution()
    {
        _startTimer?.Dispose();
        _execution.Abandon();
        ReleaseClock();
    }

    private static void Acknowledge(TaskCompletionSource recorded, Task durable)
    {
        if (durable.IsCompletedSuccessfully)
        {
            recorded.TrySetResult();
        }
        else
        {
            recorded.TrySetException(durable.Exception?.InnerException ?? new OperationCanceledException());
        }
    }

    private void RecordStatus(string? status)
    {
        Record(new CustomStatusSet(_execution.Now, status));
        _durableStatus = status;
        _pending.Enqueue(new Pending(_write) { Effect = () => Publish(_snapshot with { CustomStatus = status }) });
    }

    private void Publish(InstanceSnapshot snapshot)
    {
        _snapshot = snapshot;
        _entry.Publish(snapshot);
    }
}
