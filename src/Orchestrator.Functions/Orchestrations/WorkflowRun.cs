using Microsoft.Azure.Functions.Worker;
using Microsoft.DurableTask;

namespace Orchestrator.Functions.Orchestrations;

/// <summary>The orchestrator: walks the graph of one attempt of a run and fans ready steps out as activities. It reads nothing but its history.</summary>
public sealed class WorkflowRun(DecodedPlans plans)
{
    [Function(FunctionNames.WorkflowRun)]
    public async Task<RunResult> RunAsync([OrchestrationTrigger] TaskOrchestrationContext context, RunInput? input)
    {
        ArgumentNullException.ThrowIfNull(context);
        var run = input ?? throw new InvalidOperationException($"The orchestration '{context.InstanceId}' was started without an input.");
        var answer = await new ActivityCalls(context).CallAsync<PlanAnswer>(FunctionNames.PrepareRun, _ => run, retriesTimeouts: true);
        return await new RunPump(context, run, plans.Of(answer)).RunAsync();
    }
}
