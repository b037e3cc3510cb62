using System.Collections.Concurrent;
using Microsoft.DurableTask;
using Microsoft.DurableTask.Client;
using Microsoft.Extensions.Logging;
using Orchestrator.LocalHost.History;
using Orchestrator.LocalHost.Journal;

namespace Orchestrator.LocalHost.Runtime;

/// <summary>
/// A running instance: a mailbox, a history that is written ahead, and an <see cref="Execution"/> that is fed from it. Everything happens on one pump,
/// one thing at a time; only <see cref="Post"/> and <see cref="Wake"/> may be called from anywhere.
/// </summary>
internal sealed partial class OrchestrationInstance : IThreadPoolWorkItem
{
    private const int Idle = 0;
    private const int Running = 1;
    private const int Woken = 2;

    private readonly OrchestrationEngine _engine;
    private readonly InstanceEntry _entry;
    private readonly ConcurrentQueue<Message> _inbox = new();
    private readonly Queue<Pending> _pending = new();
    private readonly HashSet<EventSource> _sources = [];
    private readonly Action _onDurable;
    private Execution _execution;
    private InstanceSnapshot _snapshot;
    private List<HistoryEvent>? _toReplay;
    private Task _lastAppend = Task.CompletedTask;
    private TaskCompletionSource? _halt;
    private ITimer? _startTimer;
    private TimeSpan _ahead;
    private JournalId _journalId;
    private DateTime _lastTime;
    private string? _durableStatus;
    private long _lastUpdated;
    private long _position;
    private int _state;
    private int _armed;
    private bool _isReplaying;
    private bool _holdsClock;
    private volatile bool _isClosed;
    private volatile bool _isHalted;

    private OrchestrationInstance(
        OrchestrationEngine engine, InstanceEntry entry, JournalId journalId, ExecutionStarted started, DateTime lastTime, RecordedOperations recorded,
        int eventsToReplay)
    {
        _engine = engine;
        _entry = entry;
        _onDurable = OnDurable;
        _journalId = journalId;
        _lastTime = lastTime;
        _lastUpdated = lastTime.Ticks;
        HoldClock();
        _durableStatus = started.CustomStatus;
        _execution = new Execution(this, started, journalId.Generation, recorded, eventsToReplay);
        _snapshot = InstanceSnapshot.Of(entry.InstanceId, journalId.Generation, started, OrchestrationRuntimeStatus.Pending, started.CustomStatus);
    }

    public string InstanceId => _entry.InstanceId;

    public DataConverter Converter => _engine.Converter;

    public ILoggerFactory LoggerFactory => _engine.LoggerFactory;

    public TimeProvider Time => _engine.Time;

    /// <summary>
    /// The instance's own time. It never goes back: after a clock was set back, the instance goes on from the last moment that its history knows.
    /// </summary>
    public DateTime UtcNow => _engine.Time.GetUtcNow().UtcDateTime + _ahead;

    public string DefaultVersion => _engine.DefaultVersion;

    public ParentLink? Parent => _execution.Started.Parent;

    /// <summary>No more code of the instance runs in this process, so nothing needs to run for it. May be read from any thread.</summary>
    public bool IsOver => _isClosed || _isHalted;

    /// <summary>When the last event was processed.</summary>
    public DateTime LastUpdatedAt => new(Interlocked.Read(ref _lastUpdated), DateTimeKind.Utc);

    /// <summary>An instance that begins: its first record is appended, nothing of it is visible yet.</summary>
    public static OrchestrationInstance Create(
        OrchestrationEngine engine, InstanceEntry entry, int generation, ExecutionStarted started, TaskCompletionSource? created, Action? onDurable)
    {
        var instance = new OrchestrationInstance(engine, entry, new JournalId(entry.InstanceId, generation), started, started.Time, RecordedOperations.None, 0);
        instance.Record(started);
        if (onDurable is not null)
        {
            instance._pending.Enqueue(new Pending(instance._lastAppend) { Effect = onDurable, Always = true });
        }

        instance._pending.Enqueue(new Pending(instance._lastAppend) { Event = started, Recorded = created });
        return instance;
    }

    public string? Serialize(object? value) => Converter.Serialize(value);

    /// <summary>Hands something in; the pump records it and then processes it. Thread safe.</summary>
    public void Post(Message message)
    {
        _inbox.Enqueue(message);
        Wake();
    }

    /// <summary>Makes the pump run, or run once more if it does already: no wake is lost. Thread safe.</summary>
    public void Wake()
    {
        if (Interlocked.Exchange(ref _state, Woken) == Idle)
        {
            _engine.Schedule(this);
        }
    }

    /// <summary>Records what has arrived, then halts: no more code runs. What was not processed is found in the history by the next host. Thread safe.</summary>
    public Task HaltAsync()
    {
        var halt = new TaskCompletionSource(TaskCreationOptions.RunContinuationsAsynchronously);
        var first = Interlocked.CompareExchange(ref _halt, halt, null) ?? halt;
        Wake();
        return first.Task;
    }

    public void Execute()
    {
        do
        {
            Interlocked.Exchange(ref _state, Running);
            try
            {
                HoldClock();
                Pump();
                ReleaseIdleClock();
            }
            catch (Exception problem)
            {
                Break(problem);
            }
        }
        while (Interlocked.CompareExchange(ref _state, Idle, Running) != Running);
    }

    private void Pump()
    {
        if (_toReplay is not null && _halt is null)
        {
            Replay();
        }

        while (true)
        {
            while (_inbox.TryDequeue(out var message))
            {
                Receive(message);
            }

            if (_isHalted || Volatile.Read(ref _halt) is not null)
            {
                Halt();
                return;
            }

            if (_pending.TryPeek(out var next))
            {
                if (next.Durable.IsCompleted)
                {
                    _pending.Dequeue();
                    Process(next);
                    continue;
                }

                if (!_execution.HasReady)
                {
                    WakeWhen(next.Durable);
                    return;
                }
            }

            if (!_execution.HasReady || _isClosed)
            {
                return;
            }

            // Only a thread that is not the orchestrator's own can have left something here.
            _execution.Drain();
            AfterTurn();
        }
    }

    private void WakeWhen(Task durable)
    {
        if (Interlocked.Exchange(ref _armed, 1) == 0)
        {
            durable.ConfigureAwait(false).GetAwaiter().UnsafeOnCompleted(_onDurable);
        }
    }

    private void OnDurable()
    {
        Volatile.Write(ref _armed, 0);

        // This is a thread of the pool already: another hop through its queue would only cost time.
        if (Interlocked.Exchange(ref _state, Woken) == Idle)
        {
            _engine.RunHere(this);
        }
    }

    private void Halt()
    {
        _isHalted = true;
        AbandonExecution();
        foreach (var pending in _pending)
        {
            if (pending.Recorded is { } recorded)
            {
                pending.Durable.ContinueWith(
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

    /// <summary>The history cannot be written, or we have a bug: the instance stands still until the next start, and says so.</summary>
    private void Break(Exception problem)
    {
        _isHalted = true;
        AbandonExecution();
        _engine.InstanceBroke(InstanceId, problem);
        _entry.Refuse(problem);
        foreach (var pending in _pending)
        {
            pending.Recorded?.TrySetException(problem);
        }

        _pending.Clear();
        Volatile.Read(ref _halt)?.TrySetResult();
    }

    /// <summary>Ends the timers and waits of the execution, and releases the steady clock.</summary>
    private void AbandonExecution()
    {
        _startTimer?.Dispose();
        _execution.Abandon();
        ReleaseClock();
    }

    /// <summary>From here on time goes steadily on, from the wall clock or from the last moment that the history knows, whichever is later.</summary>
    private void HoldClock()
    {
        if (!_holdsClock && !IsOver)
        {
            _holdsClock = true;
            _engine.Time.Hold();
            var now = _engine.Time.GetUtcNow().UtcDateTime;
            _ahead = _lastTime > now ? _lastTime - now : TimeSpan.Zero;
        }
    }

    /// <summary>
    /// An instance that waits for events alone measures nothing, so it must not keep the host from following a wall clock that was set: it may wait for months.
    /// </summary>
    private void ReleaseIdleClock()
    {
        if (_pending.Count == 0 && _execution is { HasBegun: true, IsIdle: true })
        {
            ReleaseClock();
        }
    }

    private void ReleaseClock()
    {
        if (_holdsClock)
        {
            _holdsClock = false;
            _engine.Time.Release();
        }
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
}
