using Microsoft.DurableTask;
using Orchestrator.LocalHost.History;

namespace Orchestrator.LocalHost.Runtime;

internal sealed class SubOrchestrationOperation<T>(SubOrchestrationCreated record, DataConverter converter)
    : CallOperation<T>(record.Id, record.Name, converter), ISubOrchestrationOperation
{
    /// <summary>Another instance becomes visible by it, so its record comes first.</summary>
    public override bool StartsBeforeDurable => false;

    public string ChildId => record.InstanceId;

    public override void Start(OrchestrationInstance owner) => owner.StartChild(record);
}

/// <summary>What a termination must know of a sub-orchestration, whatever its result's type.</summary>
internal interface ISubOrchestrationOperation
{
    public string ChildId { get; }
}
