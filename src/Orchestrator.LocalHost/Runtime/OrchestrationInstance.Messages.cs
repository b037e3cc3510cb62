using Microsoft.DurableTask.Client;
using Orchestrator.LocalHost.History;

namespace Orchestrator.LocalHost.Runtime;

/// <summary>From a message to a record to an event that the code sees.</summary>
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
            catch (Exception problem)
            {
                // The target is refused or stands still: the event is sent again at the next start.
                _engine.EventUndelivered(InstanceId, record, problem);
                return;
            }

            Post(new Message(new EventDelivered(UtcNow, record.Id), generation));
        }
    }

    public void TimerIsDue(int id) => Post(new Message(new TimerFired(UtcNow, id), _execution.Generation));

    /// <summary>Begins what the code asked for, now or when its record is durable. While history is replayed nothing begins: it may have ended already.</summary>
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

    /// <summary>Appends a record, without waiting for it.</summary>
    public void Record(HistoryEvent happened)
    {
        _lastAppend = _engine.Journal.AppendAsync(_journalId, _position, HistoryEventWriter.Write(happened));
        _position++;
    }

    private void Receive(Message message)
    {
        if (_isHalted)
        {
            message.Recorded?.TrySetException(
                _entry.Fault ?? new ObjectDisposedException("LocalDurableHost", "The host has stopped; the instance goes on at the next start."));
            return;
        }

        if (_isClosed || (message.Generation != Message.AnyGeneration && message.Generation != _execution.Generation))
        {
            message.Recorded?.TrySetResult();
            return;
        }

        var happened = InOwnTime(message.Event);
        switch (happened)
        {
            case ExecutionCompleted termination:
                Terminate(termination, message.Recorded);
                return;
            case StartIsDue:
                _pending.Enqueue(new Pending(_lastAppend) { Effect = BeginOnTime });
                return;
            case EventRaised { Source: { } source } when !_sources.Add(source):
                _pending.Enqueue(new Pending(_lastAppend) { Recorded = message.Recorded, Always = true });
                return;
        }

        Record(happened);
        _pending.Enqueue(new Pending(_lastAppend) { Event = happened, Recorded = message.Recorded });
    }

    /// <summary>The event with the instance's own time: a time set by another process or instance may lie before the last event, or ahead of the clock here.</summary>
    private HistoryEvent InOwnTime(HistoryEvent happened)
    {
        var (time, now) = (happened.Time, UtcNow);
        time = time > now ? now : time;
        _lastTime = time > _lastTime ? time : _lastTime;
        return happened.Time == _lastTime ? happened : happened with { Time = _lastTime };
    }

    private void Process(in Pending next)
    {
        if (!next.Durable.IsCompletedSuccessfully)
        {
            next.Recorded?.TrySetException(next.Durable.Exception?.InnerException ?? new OperationCanceledException());
            next.Durable.GetAwaiter().GetResult();
        }

        if (!_isClosed || next.Always)
        {
            next.Effect?.Invoke();
            next.Operation?.Start(this);
            if (next.Event is { } happened)
            {
                Interlocked.Exchange(ref _lastUpdated, happened.Time.Ticks);
                Process(happened);
                AfterTurn();
            }
        }

        next.Recorded?.TrySetResult();
    }

    private void Process(HistoryEvent happened)
    {
        switch (happened)
        {
            case ExecutionStarted started:
                Begin(started);
                break;
            case ExecutionSuspended or ExecutionResumed:
                _execution.Process(happened);
                PublishRunning();
                break;
            default:
                _execution.Process(happened);
                break;
        }
    }

    private void Begin(ExecutionStarted started)
    {
        if (TryRefuse())
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

    private void BeginOnTime()
    {
        _execution.Begin();
        PublishRunning();
        AfterTurn();
    }

    private void WaitForStart(DateTime startAt)
    {
        // One timer, armed once it is in its place: a tick that comes before its time arms it again.
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
        var wait = startAt - UtcNow;
        var longest = TimeSpan.FromDays(30);
        _startTimer.Change(
            wait <= TimeSpan.Zero ? TimeSpan.Zero : wait < longest ? TimeSpan.FromMilliseconds(Math.Ceiling(wait.TotalMilliseconds)) : longest,
            Timeout.InfiniteTimeSpan);
    }

    private sealed record StartIsDue(DateTime Time) : HistoryEvent(Time);
}

/// <summary>Something that arrived for an instance and is not recorded yet.</summary>
/// <param name="Event">Its time is when it arrived.</param>
/// <param name="Generation">The execution that asked for it; <see cref="AnyGeneration"/> for what comes from outside.</param>
/// <param name="Recorded">Completes when it is durable and processed, or dropped because it comes too late; null when no caller waits.</param>
internal readonly record struct Message(HistoryEvent Event, int Generation = Message.AnyGeneration, TaskCompletionSource? Recorded = null)
{
    public const int AnyGeneration = -1;
}

/// <summary>What may happen only when the history is durable up to here: an event is processed, an operation begins, or something is shown.</summary>
/// <param name="Durable">Completes when it may happen.</param>
internal readonly record struct Pending(Task Durable)
{
    public HistoryEvent? Event { get; init; }

    public Operation? Operation { get; init; }

    public Action? Effect { get; init; }

    /// <summary>True for effects that happen even when the instance has ended meanwhile.</summary>
    public bool Always { get; init; }

    public TaskCompletionSource? Recorded { get; init; }
}
