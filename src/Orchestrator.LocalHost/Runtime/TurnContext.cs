namespace Orchestrator.LocalHost.Runtime;

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
