using System.Runtime.ExceptionServices;
using Microsoft.DurableTask.Client;
using Orchestrator.LocalHost.History;

namespace Orchestrator.LocalHost.Runtime;

/// <summary>Records and processes incoming messages, and lets out what follows from them when it is durable.</summary>
internal sealed partial class OrchestrationInstance
{
    public Task<object?> InvokeAsync() => _engine.InvokeAsync(_execution);

    public void StartActivity(TaskScheduled record) => _engine.Activities.Enqueue(new ActivityWork(this, _execution.Generation, record));

    public void StartChild(SubOrchestrationCreated record) =>
        _engine.StartChild(this, new ParentLink(_execution.Started.Name, InstanceId, _execution.Generation, record.Id), record);

    public void DeliverEvent(EventSent record)
    {
        var generation = _execution.Generation;
        var raised = new EventRaised(UtcNow, record.Name, record.Input, new EventSource(InstanceId, generation, record.Id));
        _ = DeliverAsync();

        async Task DeliverAsync()
        {
            try
            {
                await _engine.PostAsync(record.InstanceId, raised).ConfigureAwait(false);
            }
            catch (Exception exception)
            {
                // The target is refused or halted. The event is sent again at the next start.
                _engine.OnEventUndelivered(InstanceId, record, exception);
                return;
            }

            Post(new Message(new EventDelivered(UtcNow, record.Id), generation));
        }
    }

    public void FireTimer(int id) => Post(new Message(new TimerFired(UtcNow, id), _execution.Generation));

    /// <summary>
    /// Starts an operation, at once or when its record is durable. During a replay it does nothing, because the operation may have ended already.
    /// </summary>
    public void Launch(Operation operation)
    {
        if (_isReplaying)
        {
            return;
        }

        if (operation.StartsBeforeDurable)
        {
            operation.Start(this);
        }
        else
        {
            _pending.Enqueue(new Pending(_write) { Operation = operation });
        }
    }

    private void Receive(Message message)
    {
        if (_isHalted)
        {
            message.Recorded?.TrySetException(_entry.Fault ?? OrchestrationEngine.Stopped());
            return;
        }

        if (_isClosed || (message.Generation != Message.AnyGeneration && message.Generation != _execution.Generation))
        {
            // It is too late for what may not be durable yet.
            _pending.Enqueue(new Pending(_write) { Recorded = message.Recorded });
            return;
        }

        var historyEvent = WithInstanceTime(message.Event);
        switch (historyEvent)
        {
            case ExecutionCompleted termination:
                Terminate(termination, message.Recorded);
                return;
            case StartIsDue:
                BeginWhenDue();
                return;
            case EventRaised { Source: { } source } when !_receivedSources.Add(source):
                _pending.Enqueue(new Pending(_write) { Recorded = message.Recorded });
                return;
        }

        Record(historyEvent);
        if (_waitingEvents > 0)
        {
            // Behind the start of the next execution, which waits until it is durable.
            Enqueue(historyEvent, message.Recorded);
        }
        else
        {
            Handle(historyEvent, message.Recorded);
        }
    }

    /// <summary>Processes a recorded event when it is durable.</summary>
    private void Enqueue(HistoryEvent historyEvent, TaskCompletionSource? recorded)
    {
        _waitingEvents++;
        _pending.Enqueue(new Pending(_write) { Event = historyEvent, Recorded = recorded });
    }

    /// <summary>
    /// Processes a recorded event, and acknowledges it when it is durable: before the effects of its turn, which may take long. While the instance is
    /// being halted no code runs: the next host processes the event from the history.
    /// </summary>
    private void Handle(HistoryEvent historyEvent, TaskCompletionSource? recorded)
    {
        var status = StatusAfter(historyEvent);
        _pending.Enqueue(new Pending(_write) { Time = historyEvent.Time, Status = status, Recorded = recorded });
        if (Volatile.Read(ref _halt) is not null)
        {
            return;
        }

        if (historyEvent is not ExecutionStarted started)
        {
            _execution.Process(historyEvent);
        }
        else if (!TryFailOtherVersion())
        {
            if (status == OrchestrationRuntimeStatus.Pending)
            {
                WaitForStart(started.StartAt!.Value);
            }
            else
            {
                _execution.Begin();
            }
        }

        AfterTurn();
    }

    private void Process(in Pending next)
    {
        try
        {
            if (!next.Write.Durable.IsCompletedSuccessfully)
            {
                ExceptionDispatchInfo.Throw(next.Write.Durable.Exception?.InnerException ?? new OperationCanceledException());
            }

            if (!_isClosed || next.Always)
            {
                if (next.Time is { } time)
                {
                    Interlocked.Exchange(ref _lastUpdated, time.Ticks);
                }

                if (next.Status is { } status)
                {
                    Publish(_snapshot with { Status = status });
                }

                next.Effect?.Invoke();
                next.Operation?.Start(this);
                if (next.Event is { } historyEvent)
                {
                    _waitingEvents--;
                    Handle(historyEvent, next.Recorded);
                    return;
                }
            }

            next.Recorded?.TrySetResult();
        }
        catch (Exception exception)
        {
            // The pump halts the instance. The entry has left the queue, so its sender is answered here.
            next.Recorded?.TrySetException(exception);
            throw;
        }
    }

    /// <summary>The status that is published when the event is durable; null when it stays as it is.</summary>
    private OrchestrationRuntimeStatus? StatusAfter(HistoryEvent historyEvent) => historyEvent switch
    {
        ExecutionStarted started when !_engine.Accepts(started.Version) => null,
        ExecutionStarted { StartAt: { } startAt } when startAt > UtcNow => OrchestrationRuntimeStatus.Pending,
        ExecutionStarted => OrchestrationRuntimeStatus.Running,
        ExecutionSuspended => OrchestrationRuntimeStatus.Suspended,
        ExecutionResumed => _execution.HasBegunAt(historyEvent.Time) ? OrchestrationRuntimeStatus.Running : OrchestrationRuntimeStatus.Pending,
        _ => null,
    };

    private void BeginWhenDue()
    {
        if (Volatile.Read(ref _halt) is not null)
        {
            return;
        }

        var status = _execution.IsSuspended ? OrchestrationRuntimeStatus.Suspended : OrchestrationRuntimeStatus.Running;
        _pending.Enqueue(new Pending(_write) { Status = status });
        _execution.Begin();
        AfterTurn();
    }

    private void WaitForStart(DateTime startAt)
    {
        // For this execution only: a later one has begun or is not durable.
        var generation = _execution.Generation;

        // The timer is started after it was assigned, because its callback may start it again.
        _startTimer ??= Time.CreateTimer(
            _ =>
            {
                if (UtcNow >= startAt)
                {
                    Post(new Message(new StartIsDue(startAt), generation));
                }
                else
                {
                    WaitForStart(startAt);
                }
            },
            null,
            Timeout.InfiniteTimeSpan,
            Timeout.InfiniteTimeSpan);
        _startTimer.Change(TimerOperation.WaitUntil(startAt, UtcNow), Timeout.InfiniteTimeSpan);
    }

    private sealed record StartIsDue(DateTime Time) : HistoryEvent(Time);
}

/// <summary>An event for an instance that is not recorded yet.</summary>
/// <param name="Event">The event, with the time of its arrival.</param>
/// <param name="Generation">The generation that requested it; <see cref="AnyGeneration"/> for events from outside.</param>
/// <param name="Recorded">Completed when the event is durable and processed, or is dropped as too late; null when no caller waits.</param>
internal readonly record struct Message(HistoryEvent Event, int Generation = Message.AnyGeneration, TaskCompletionSource? Recorded = null)
{
    public const int AnyGeneration = -1;
}

/// <summary>
/// What waits until the history is durable: a new status, an effect, the start of an operation, the acknowledgement of a message, or the processing of
/// an event when an execution has continued as new.
/// </summary>
/// <param name="Write">The write to wait for.</param>
internal readonly record struct Pending(HistoryWrite Write)
{
    public HistoryEvent? Event { get; init; }

    public Operation? Operation { get; init; }

    public Action? Effect { get; init; }

    /// <summary>The time of the event, which becomes the last one that clients see.</summary>
    public DateTime? Time { get; init; }

    /// <summary>The status that is published; null for no change.</summary>
    public OrchestrationRuntimeStatus? Status { get; init; }

    /// <summary>Whether the effect runs even if the instance has ended meanwhile.</summary>
    public bool Always { get; init; }

    public TaskCompletionSource? Recorded { get; init; }
}
