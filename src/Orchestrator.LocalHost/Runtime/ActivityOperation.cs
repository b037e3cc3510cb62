using Microsoft.DurableTask;
using Orchestrator.LocalHost.History;

namespace Orchestrator.LocalHost.Runtime;

internal sealed class ActivityOperation<T>(TaskScheduled record, DataConverter converter) : CallOperation<T>(record.Id, record.Name, converter)
{
    public override void Start(OrchestrationInstance owner) => owner.StartActivity(record);
}
