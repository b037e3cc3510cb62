using System.Collections.Concurrent;
using Microsoft.DurableTask;
using Orchestrator.LocalHost.History;

namespace Orchestrator.LocalHost.Runtime;

/// <summary>
/// One execution of an orchestrator: its code, its open operations, and its current time. It is deterministic: the same events in the same order lead
/// to the same operations. <see cref="OrchestrationInstance"/> passes it recorded events.
/// </summary>
/// <remarks>
/// Not thread-safe, except for <see cref="Post"/>. All ready continuations run before the next event is processed, so that a replay runs them in the
/// same order.
/// </remarks>
internal sealed partial class Execution
{
    private readonly OrchestrationInstance _owner;
    private readonly ConcurrentQueue<(SendOrPostCallback Callback, object? State)> _ready = new();
    private readonly Dictionary<int, Operation> _open = [];
    private readonly Queue<HistoryEvent> _whileSuspended = new();
    private RecordedOperations _recorded;
    private Task<object?>? _code;
    private int _nextId;
    private int _eventsToReplay;

    public Execution(OrchestrationInstance owner, ExecutionStarted started, int generation, RecordedOperations recorded, int eventsToReplay)
    {
        _owner = owner;
        _recorded = recorded;
        _eventsToReplay = eventsToReplay;
        Started = started;
        Generation = generation;
        Now = started.Time;
        Status = started.CustomStatus;
        Events = new ExternalEvents(owner.Converter);
        Context = new LocalOrchestrationContext(this, owner);
    }

    public ExecutionStarted Started { get; }

    public int Generation { get; }

    public LocalOrchestrationContext Context { get; }

    public ExternalEvents Events { get; }

    /// <summary>The time of the current event, in UTC.</summary>
    public DateTime Now { get; private set; }

    /// <summary>Whether the code repeats recorded operations.</summary>
    public bool IsReplaying => _eventsToReplay > 0 || _nextId < _recorded.Count;

    public bool IsSuspended { get; private set; }

    /// <summary>Set when the code did not repeat its history; null otherwise.</summary>
    public NonDeterministicOrchestrationException? Fault { get; private set; }

    /// <summary>The latest custom status of the code, serialized; null for none.</summary>
    public string? Status { get; set; }

    public ContinueAsNewOptions? ContinueAsNew { get; set; }

    public bool HasBegun => _code is not null;

    /// <summary>Whether the code has begun when an event of this time was processed and the instance is not suspended.</summary>
    public bool HasBegunAt(DateTime time) => HasBegun || IsDueAt(time);

    /// <summary>Whether the code and all its operations have ended.</summary>
    public bool IsOver => _code is { IsCompleted: true } && _open.Count == 0 && !IsSuspended;

    /// <summary>The task of the code; null until it has begun.</summary>
    public Task<object?>? Code => _code;

    /// <summary>Whether no operation is open: the code has ended, or waits for external events.</summary>
    public bool IsIdle => _open.Count == 0;

    public IEnumerable<Operation> OpenOperations => _open.Values;

    /// <summary>The open operations without a recorded end. While the instance is suspended, ends are recorded but not applied.</summary>
    public IEnumerable<Operation> UnansweredOperations
    {
        get
        {
            var answered = _whileSuspended.Select(CompletedOperationId).ToHashSet();
            return _open.Values.Where(operation => !answered.Contains(operation.Id));
        }
    }

    /// <summary>Processes one event and all continuations that become ready.</summary>
    public void Process(HistoryEvent historyEvent)
    {
        using var running = new Running(this);
        if (_eventsToReplay > 0)
        {
            _eventsToReplay--;
        }

        if (historyEvent.Time > Now)
        {
            if (IsDueAt(historyEvent.Time))
            {
                Begin();
            }

            Now = historyEvent.Time;
        }

        if (IsSuspended && historyEvent is not ExecutionResumed)
        {
            // One resumption ends several suspensions.
            if (historyEvent is not ExecutionSuspended)
            {
                _whileSuspended.Enqueue(historyEvent);
            }

            return;
        }

        Apply(historyEvent);
        Drain();
    }

    /// <summary>Runs the code's first turn, unless it has begun or is suspended.</summary>
    public void Begin()
    {
        if (HasBegun || IsSuspended)
        {
            return;
        }

        using var running = new Running(this);
        if (Started.StartAt is { } startAt && startAt > Now)
        {
            Now = startAt;
        }

        foreach (var carried in Started.CarriedEvents ?? [])
        {
            Events.Deliver(carried);
        }

        Turn(static execution => ((Execution)execution!)._code = ((Execution)execution)._owner.InvokeAsync(), this);
        Drain();
    }

    /// <summary>Removes an open operation that the code has cancelled.</summary>
    public bool Remove(int id) => _open.Remove(id);

    /// <summary>Releases the timers and registrations of all open operations.</summary>
    public void Abandon()
    {
        foreach (var operation in _open.Values)
        {
            operation.Abandon();
        }
    }

    /// <summary>Ends the replay, and sets the fault when recorded operations were not requested again.</summary>
    public void EndReplay()
    {
        _eventsToReplay = 0;
        if (Fault is null && _nextId < _recorded.Count)
        {
            Fault = NonDeterminismAt(_nextId, NonDeterministicOrchestrationException.Describe(_recorded[_nextId]), "not asked for at all");
        }

        // Release the recorded operations, whose inputs may be large.
        _recorded = RecordedOperations.None;
    }
}
