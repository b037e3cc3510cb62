using System.Runtime.ExceptionServices;
using Microsoft.DurableTask.Client;
using Orchestrator.LocalHost.History;

namespace Orchestrator.LocalHost.Runtime;

/// <summary>Records incoming messages, and processes them when they are durable.</summary>
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
            _pending.Enqueue(new Pending(_lastAppend) { Operation = operation });
        }
    }

    /// <summary>Appends a record without waiting until it is durable.</summary>
    public void Record(HistoryEvent historyEvent)
    {
        _lastAppend = _engine.Journal.AppendAsync(_journalId, _position, HistoryEventWriter.Write(historyEvent));
        _position++;
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
            message.Recorded?.TrySetResult();
            return;
        }

        var historyEvent = WithInstanceTime(message.Event);
        switch (historyEvent)
        {
            case ExecutionCompleted termination:
                Terminate(termination, message.Recorded);
                return;
            case StartIsDue:
                _pending.Enqueue(new Pending(_lastAppend) { Effect = BeginScheduled });
                return;
            case EventRaised { Source: { } source } when !_receivedSources.Add(source):
                _pending.Enqueue(new Pending(_lastAppend) { Recorded = message.Recorded, Always = true });
                return;
        }

        Record(historyEvent);
        _pending.Enqueue(new Pending(_lastAppend) { Event = historyEvent, Recorded = message.Recorded });
    }

    private void Process(in Pending next)
    {
        try
        {
            if (!next.Durable.IsCompletedSuccessfully)
            {
                ExceptionDispatchInfo.Throw(next.Durable.Exception?.InnerException ?? new OperationCanceledException());
            }

            if (!_isClosed || next.Always)
            {
                next.Effect?.Invoke();
                next.Operation?.Start(this);
                if (next.Event is { } historyEvent)
                {
                    Interlocked.Exchange(ref _lastUpdated, historyEvent.Time.Ticks);
                    Process(historyEvent);
                    AfterTurn();
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

    private void Process(HistoryEvent historyEvent)
    {
        switch (historyEvent)
        {
            case ExecutionStarted started:
                Begin(started);
                break;
            case ExecutionSuspended or ExecutionResumed:
                _execution.Process(historyEvent);
                PublishRunning();
                break;
            default:
                _execution.Process(historyEvent);
                break;
        }
    }

    private void Begin(ExecutionStarted started)
    {
        if (TryFailOtherVersion())
        {
            return;
        }

        if (started.StartAt is { } startAt && startAt > UtcNow)
        {
            Publish(_snapshot);
            WaitForStart(startAt);
            return;
        }

        Publish(_snapshot with { Status = OrchestrationRuntimeStatus.Running });
        _execution.Begin();
    }

    private void BeginScheduled()
    {
        _execution.Begin();
        PublishRunning();
        AfterTurn();
    }

    private void WaitForStart(DateTime startAt)
    {
        // The timer is started after it was assigned, because its callback may start it again.
        _startTimer ??= Time.CreateTimer(
            _ =>
            {
                if (UtcNow >= startAt)
                {
                    Post(new Message(new StartIsDue(startAt)));
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

/// <summary>An action that waits until the history is durable: the processing of an event, the start of an operation, or an effect.</summary>
/// <param name="Durable">The append to wait for.</param>
internal readonly record struct Pending(Task Durable)
{
    public HistoryEvent? Event { get; init; }

    public Operation? Operation { get; init; }

    public Action? Effect { get; init; }

    /// <summary>Whether the effect runs even if the instance has ended meanwhile.</summary>
    public bool Always { get; init; }

    public TaskCompletionSource? Recorded { get; init; }
}
