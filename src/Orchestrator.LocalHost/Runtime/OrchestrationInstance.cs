using System.Collections.Concurrent;
using Microsoft.DurableTask;
using Microsoft.DurableTask.Client;
using Microsoft.Extensions.Logging;
using Orchestrator.LocalHost.History;
using Orchestrator.LocalHost.Journal;

namespace Orchestrator.LocalHost.Runtime;

/// <summary>
/// A running instance: an inbox, a write-ahead history, and the <see cref="Execution"/> that processes its events. All work runs on one pump, one
/// item at a time. Only members that say so are thread-safe.
/// </summary>
/// <remarks>
/// The code processes an event as soon as it has a place in the history, and everything outside waits until the event and what the code requested are
/// durable: activities, sub-orchestrations, deliveries, acknowledgements, published statuses. So an event and its turn share one write.
/// </remarks>
internal sealed partial class OrchestrationInstance : IThreadPoolWorkItem
{
    private const int Idle = 0;
    private const int Running = 1;
    private const int Woken = 2;

    /// <summary>
    /// Maximum number of messages whose events share a write. More would delay the effects of the first ones while many operations end at once.
    /// </summary>
    private const int MaxMessagesPerWrite = 64;

    private readonly OrchestrationEngine _engine;
    private readonly InstanceEntry _entry;
    private readonly ConcurrentQueue<Message> _inbox = new();
    private readonly Queue<Pending> _pending = new();
    private readonly HashSet<EventSource> _receivedSources = [];
    private readonly Action _onDurable;
    private Execution _execution;
    private InstanceSnapshot _snapshot;
    private List<HistoryEvent>? _toReplay;
    private TaskCompletionSource? _created;
    private bool _isNew;
    private int _waitingEvents;
    private TaskCompletionSource? _halt;
    private ITimer? _startTimer;
    private TimeSpan _clockOffset;
    private JournalId _journalId;
    private DateTime _lastTime;
    private string? _durableStatus;
    private long _lastUpdated;
    private long _position;
    private int _state;
    private int _isWakeScheduled;
    private bool _isReplaying;
    private bool _holdsClock;
    private volatile bool _isClosed;
    private volatile bool _isHalted;

    private OrchestrationInstance(
        OrchestrationEngine engine, InstanceEntry entry, JournalId journalId, ExecutionStarted started, DateTime lastTime,
        RecordedOperations recorded, int eventsToReplay)
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

    public string DefaultVersion => _engine.DefaultVersion;

    public ParentLink? Parent => _execution.Started.Parent;

    /// <summary>Whether the instance has ended or is halted, so that no more of its code runs in this process. Thread-safe.</summary>
    public bool IsOver => _isClosed || _isHalted;

    /// <summary>The time in UTC at which the last event was processed. Thread-safe.</summary>
    public DateTime LastUpdatedAt => new(Interlocked.Read(ref _lastUpdated), DateTimeKind.Utc);

    /// <summary>Creates a new instance and appends its first record. It is not visible until that record is durable.</summary>
    public static OrchestrationInstance Create(
        OrchestrationEngine engine, InstanceEntry entry, int generation, ExecutionStarted started, TaskCompletionSource? created, Action? onDurable)
    {
        var instance = new OrchestrationInstance(
            engine, entry, new JournalId(entry.InstanceId, generation), started, started.Time, RecordedOperations.None, 0);
        instance.Record(started);
        if (onDurable is not null)
        {
            instance._pending.Enqueue(new Pending(instance._write) { Effect = onDurable, Always = true });
        }

        (instance._isNew, instance._created) = (true, created);
        return instance;
    }

    public string? Serialize(object? value) => Converter.Serialize(value);

    /// <summary>Adds a message, which the pump records and then processes. Thread-safe.</summary>
    public void Post(Message message)
    {
        _inbox.Enqueue(message);
        Wake();
    }

    /// <summary>Schedules the pump, or another run of it while it runs. Thread-safe.</summary>
    public void Wake()
    {
        if (Interlocked.Exchange(ref _state, Woken) == Idle)
        {
            _engine.Schedule(this);
        }
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
            catch (Exception exception)
            {
                HaltOnError(exception);
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

        if (_isNew)
        {
            _isNew = false;
            Handle(_execution.Started, _created);
        }

        do
        {
            for (var received = 0; received < MaxMessagesPerWrite && _inbox.TryDequeue(out var message); received++)
            {
                Receive(message);
            }

            Send();
            if (_isHalted || Volatile.Read(ref _halt) is not null)
            {
                if (!_inbox.IsEmpty)
                {
                    continue;
                }

                Halt();
                return;
            }

            while (_pending.TryPeek(out var next) && next.Write.IsCompleted)
            {
                _pending.Dequeue();
                Process(next);
            }

            if (HasTurn)
            {
                // Continuations that were posted from another thread.
                _execution.Drain();
                AfterTurn();
            }
        }
        while (HasUnsent || HasTurn || !_inbox.IsEmpty);

        if (_pending.TryPeek(out var waiting))
        {
            WakeAfter(waiting.Write);
        }
    }

    /// <summary>Whether continuations of the code are ready. After its end none runs any more.</summary>
    private bool HasTurn => _execution.HasReady && !_isClosed;

    private void WakeAfter(HistoryWrite write)
    {
        if (Interlocked.Exchange(ref _isWakeScheduled, 1) == 0)
        {
            write.Durable.ConfigureAwait(false).GetAwaiter().UnsafeOnCompleted(_onDurable);
        }
    }

    private void OnDurable()
    {
        Volatile.Write(ref _isWakeScheduled, 0);

        // Run on this pool thread instead of queueing another work item.
        if (Interlocked.Exchange(ref _state, Woken) == Idle)
        {
            _engine.RunHere(this);
        }
    }
}
