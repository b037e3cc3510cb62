using Microsoft.DurableTask;
using Orchestrator.LocalHost.History;

namespace Orchestrator.LocalHost.Runtime;

/// <summary>An operation that an orchestrator has requested and that has not ended. An instance with an open operation is unfinished.</summary>
internal abstract class Operation(int id)
{
    /// <summary>The number of the operation in its execution, from 0.</summary>
    public int Id { get; } = id;

    /// <summary>
    /// Whether the work may start before the record of the operation is durable. Activities may run twice anyway, and timers have no external effect.
    /// </summary>
    public virtual bool StartsBeforeDurable => true;

    /// <summary>Starts the work. Called once, on the instance's pump, not during a replay.</summary>
    public abstract void Start(OrchestrationInstance owner);

    public abstract void Succeed(string? result);

    public virtual void Fail(TaskFailureDetails failure, bool nonRetriable) =>
        throw new InvalidOperationException($"Operation #{Id} ({GetType().Name}) cannot fail: {failure}");

    /// <summary>Releases timers and registrations. The operation will not complete.</summary>
    public virtual void Abandon()
    {
    }
}

/// <summary>
/// An event that is being delivered to another instance. The sender's code does not await it, but the sender is unfinished until it is delivered.
/// </summary>
internal sealed class EventSendOperation(EventSent record) : Operation(record.Id)
{
    /// <summary>False: another instance receives it, so its record must be durable first.</summary>
    public override bool StartsBeforeDurable => false;

    public override void Start(OrchestrationInstance owner) => owner.DeliverEvent(record);

    public override void Succeed(string? result)
    {
    }
}
