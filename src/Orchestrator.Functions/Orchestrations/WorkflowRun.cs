using Microsoft.Azure.Functions.Worker;
using Microsoft.DurableTask;

namespace Orchestrator.Functions.Orchestrations;

/// <summary>The orchestrator: walks the graph of one attempt of a run and fans ready steps out as activities.</summary>
public sealed class WorkflowRun(IRunPlanSource plans)
{
    [Function(FunctionNames.WorkflowRun)]
    public async Task<RunResult> RunAsync([OrchestrationTrigger] TaskOrchestrationContext context)
    {
        ArgumentNullException.ThrowIfNull(context);
        var input = context.GetInput<RunInput>()
            ?? throw new InvalidOperationException($"The orchestration '{context.InstanceId}' was started without an input.");
        var answer = await context.CallActivityAsync<PlanAnswer>(FunctionNames.PrepareRun, input, ActivityRetry.WhenStoreIsAway);
        var plan = answer.Plan ?? plans.Read(input.RunId, input.RunAttempt);
        return await new RunPump(context, input, plan).RunAsync();
    }
}
