namespace Orchestrator.LocalHost.Runtime;

/// <summary>Runs the code turn by turn: each turn runs one continuation on the thread of the pump.</summary>
internal sealed partial class Execution
{
    [ThreadStatic]
    private static Execution? ActiveOnThread;

    /// <summary>Whether the code of this execution runs on the current thread.</summary>
    public bool IsActive => ActiveOnThread == this;

    public bool HasReady => !_ready.IsEmpty;

    public void Post(SendOrPostCallback callback, object? state)
    {
        _ready.Enqueue((callback, state));
        if (!IsActive)
        {
            _owner.Wake();
        }
    }

    /// <summary>Runs all ready continuations.</summary>
    public void Drain()
    {
        using var running = new Running(this);
        while (Fault is null && _ready.TryDequeue(out var next))
        {
            Turn(next.Callback, next.State);
        }
    }

    private void Turn(SendOrPostCallback callback, object? state)
    {
        SynchronizationContext.SetSynchronizationContext(new TurnContext(this));
        try
        {
            callback(state);
        }
        catch (NonDeterministicOrchestrationException exception)
        {
            Fault ??= exception;
        }
        catch (Exception exception)
        {
            // Thrown by an "async void" method. On a pool thread it would end the process.
            _code = Task.FromException<object?>(exception);
            _ready.Clear();
        }
        finally
        {
            SynchronizationContext.SetSynchronizationContext(null);
        }
    }

    /// <summary>Marks the current thread as the thread of the code.</summary>
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
/// The synchronization context of one turn. Each turn has a new object: .NET runs a continuation on the completing stack when its captured context is
/// the current one, so a cascade of completions would overflow the stack. With another object it always posts.
/// </summary>
internal sealed class TurnContext(Execution execution) : SynchronizationContext
{
    public override void Post(SendOrPostCallback d, object? state) => execution.Post(d, state);

    public override void Send(SendOrPostCallback d, object? state)
    {
        if (!execution.IsActive)
        {
            throw new NotSupportedException("Synchronous calls on an orchestrator's context are not supported: use Post.");
        }

        d(state);
    }

    public override SynchronizationContext CreateCopy() => new TurnContext(execution);
}
