using System.Collections.Concurrent;
using Microsoft.DurableTask;
using Orchestrator.LocalHost.History;

namespace Orchestrator.LocalHost.Runtime;

/// <summary>
/// One execution of an orchestrator: its code, its open operations, its clock. Deterministic: given the same events in the same order it asks for the
/// same operations. It knows neither journal nor threads; <see cref="OrchestrationInstance"/> feeds it events that are durable.
/// </summary>
/// <remarks>
/// Not thread safe, except for <see cref="Post"/>. Between two events every continuation that is ready has run: live and in replay alike, or the two
/// would differ.
/// </remarks>
internal sealed partial class Execution
{
    [ThreadStatic]
    private static Execution? ActiveOnThread;

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

    /// <summary>The time of the event that is processed.</summary>
    public DateTime Now { get; private set; }

    /// <summary>True while what the code does was done before.</summary>
    public bool IsReplaying => _eventsToReplay > 0 || _nextId < _recorded.Count;

    public bool IsSuspended { get; private set; }

    /// <summary>What makes further execution pointless: the code broke its own history. Null while all is well.</summary>
    public NonDeterministicOrchestrationException? Fault { get; private set; }

    /// <summary>The serialized custom status that the code set last.</summary>
    public string? Status { get; set; }

    public ContinueAsNewOptions? ContinueAsNew { get; set; }

    public bool HasBegun => _code is not null;

    /// <summary>The code has ended, and so has everything it asked for.</summary>
    public bool IsOver => _code is { IsCompleted: true } && _open.Count == 0 && !IsSuspended;

    /// <summary>Set when <see cref="IsOver"/>.</summary>
    public Task<object?>? Code => _code;

    /// <summary>Nothing that the code asked for is open: it has ended, or waits for events.</summary>
    public bool IsIdle => _open.Count == 0;

    public IEnumerable<Operation> OpenOperations => _open.Values;

    /// <summary>The open operations whose end has not been recorded either: while the instance is suspended, ends wait in the history.</summary>
    public IEnumerable<Operation> UnansweredOperations
    {
        get
        {
            var answered = _whileSuspended.Select(AnsweredBy).ToHashSet();
            return _open.Values.Where(operation => !answered.Contains(operation.Id));
        }
    }

    /// <summary>Whether the code of this execution runs on the current thread.</summary>
    public bool IsActive => ActiveOnThread == this;

    /// <summary>Processes one event and everything that becomes ready by it.</summary>
    public void Process(HistoryEvent happened)
    {
        using var running = new Running(this);
        if (_eventsToReplay > 0)
        {
            _eventsToReplay--;
        }

        if (happened.Time > Now)
        {
            if (IsDueAt(happened.Time))
            {
                Begin();
            }

            Now = happened.Time;
        }

        if (IsSuspended && happened is not ExecutionResumed)
        {
            // Suspending twice needs one resumption, not two.
            if (happened is not ExecutionSuspended)
            {
                _whileSuspended.Enqueue(happened);
            }

            return;
        }

        Apply(happened);
        Drain();
    }

    /// <summary>Runs the code's first turn. Does nothing when it has begun.</summary>
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

    /// <summary>Runs everything that is ready.</summary>
    public void Drain()
    {
        using var running = new Running(this);
        while (Fault is null && _ready.TryDequeue(out var next))
        {
            Turn(next.Callback, next.State);
        }
    }

    public bool HasReady => !_ready.IsEmpty;

    public void Post(SendOrPostCallback callback, object? state)
    {
        _ready.Enqueue((callback, state));
        if (!IsActive)
        {
            _owner.Wake();
        }
    }

    /// <summary>Drops an open operation that the code no longer waits for.</summary>
    public bool Forget(int id) => _open.Remove(id);

    /// <summary>Releases everything that waits outside.</summary>
    public void Abandon()
    {
        foreach (var operation in _open.Values)
        {
            operation.Abandon();
        }
    }

    /// <summary>After the last replayed event: was everything repeated?</summary>
    public void EndReplay()
    {
        _eventsToReplay = 0;
        if (Fault is null && _nextId < _recorded.Count)
        {
            Fault = Broken(_nextId, NonDeterministicOrchestrationException.Describe(_recorded[_nextId]), "not asked for at all");
        }

        // An instance lives long after its replay, and what it asked for may have large inputs.
        _recorded = RecordedOperations.None;
    }

    private void Turn(SendOrPostCallback callback, object? state)
    {
        SynchronizationContext.SetSynchronizationContext(new TurnContext(this));
        try
        {
            callback(state);
        }
        catch (NonDeterministicOrchestrationException problem)
        {
            Fault ??= problem;
        }
        catch (Exception problem)
        {
            // Only an "async void" method ends here. On a thread of the pool it would end the process.
            _code = Task.FromException<object?>(problem);
            _ready.Clear();
        }
        finally
        {
            SynchronizationContext.SetSynchronizationContext(null);
        }
    }

    /// <summary>Marks the thread as the code's own.</summary>
    private readonly ref struct Running
    {
        private readonly Execution? _before;

        public Running(Execution execution)
        {
            _before = ActiveOnThread;
            ActiveOnThread = execution;
        }

        public void Dispose() => ActiveOnThread = _before;
    }
}

/// <summary>
/// The synchronization context of one turn of an orchestrator's pump. Each turn has its own object, though all lead to the same pump: the
/// runtime runs a continuation on the stack of the code that completes the task if that is on the very context the continuation was captured on, and a
/// cascade of completions would grow the stack. With another object it posts, always.
/// </summary>
internal sealed class TurnContext(Execution execution) : SynchronizationContext
{
    public override void Post(SendOrPostCallback d, object? state) => execution.Post(d, state);

    public override void Send(SendOrPostCallback d, object? state)
    {
        if (!execution.IsActive)
        {
            throw new NotSupportedException("Nothing may wait for an orchestrator's thread: use Post.");
        }

        d(state);
    }

    public override SynchronizationContext CreateCopy() => new TurnContext(execution);
}
