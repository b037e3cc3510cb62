using Orchestrator.LocalHost.History;

namespace Orchestrator.LocalHost.Runtime;

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
