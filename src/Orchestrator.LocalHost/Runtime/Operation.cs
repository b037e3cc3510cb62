using Microsoft.DurableTask;
using Orchestrator.LocalHost.History;

namespace Orchestrator.LocalHost.Runtime;

/// <summary>Something an orchestrator asked for and that has not ended. While one is open, its instance is not finished.</summary>
internal abstract class Operation(int id)
{
    /// <summary>Counts the operations of one execution from 0.</summary>
    public int Id { get; } = id;

    /// <summary>True when the work may begin before the record of the operation is durable: an activity may run twice anyway, and a timer has no effect outside.</summary>
    public virtual bool StartsBeforeDurable => true;

    /// <summary>Begins the work. Called once, on the instance's pump, never while history is replayed.</summary>
    public abstract void Start(OrchestrationInstance owner);

    public abstract void Succeed(string? result);

    public virtual void Fail(TaskFailureDetails failure, bool nonRetriable) =>
        throw new InvalidOperationException($"Operation #{Id} ({GetType().Name}) cannot fail: {failure}");

    /// <summary>Lets go of what waits outside. The operation will not end any more.</summary>
    public virtual void Abandon()
    {
    }
}

/// <summary>An event on its way to another instance. The sender's code does not await it, but the sender is not finished before it is delivered.</summary>
internal sealed class EventSendOperation(EventSent record) : Operation(record.Id)
{
    /// <summary>Another instance sees it, so its record comes first.</summary>
    public override bool StartsBeforeDurable => false;

    public override void Start(OrchestrationInstance owner) => owner.DeliverEvent(record);

    public override void Succeed(string? result)
    {
    }
}
