using System.Text.Json.Serialization;
using Microsoft.Azure.Functions.Worker;
using Microsoft.DurableTask;
using Orchestrator.Workflows.Runs;

namespace Orchestrator.Functions.Orchestrations;

/// <summary>
/// The orchestrator of one attempt of a run: asks for the plan and lets <see cref="RunPump"/> execute it. It reads nothing but its history.
/// Thread-safe.
/// </summary>
public sealed class WorkflowRun(DecodedPlans plans)
{
    /// <param name="input">Required; null only when the instance was started by hand without an input.</param>
    /// <exception cref="InvalidOperationException">There is no input.</exception>
    [Function(FunctionNames.WorkflowRun)]
    public async Task<RunResult> RunAsync([OrchestrationTrigger] TaskOrchestrationContext context, RunInput? input)
    {
        ArgumentNullException.ThrowIfNull(context);
        var run = input ?? throw new InvalidOperationException($"The orchestration '{context.InstanceId}' was started without an input.");
        var answer = await new ActivityCalls(context).CallAsync<PlanAnswer>(FunctionNames.PrepareRun, _ => run, retriesTimeouts: true);
        return await new RunPump(context, run, plans.Of(answer)).RunAsync();
    }
}

/// <summary>The input of the orchestration: which attempt of which run. Everything else is in the store.</summary>
/// <param name="RunAttempt">The number of the attempt, from 1.</param>
public sealed record RunInput(string RunId, int RunAttempt)
{
    /// <summary>The instance of this attempt: the run's id, and from the second attempt on a dot and its number.</summary>
    [JsonIgnore]
    public string InstanceId => RunAttempt == 1 ? RunId : $"{RunId}.{RunAttempt}";
}

/// <summary>The result of the orchestration. A failed workflow is a result, not a failed orchestration.</summary>
/// <param name="Error">Why the run failed or was cancelled; null when it completed.</param>
public sealed record RunResult(string RunId, int RunAttempt, RunStatus Status, WorkflowError? Error);

/// <summary>The version of the orchestration code, from the scheduler to the pump.</summary>
public static class OrchestrationVersion
{
    /// <summary>
    /// Every start passes it, and host.json's <c>defaultVersion</c> is the same, so that the host fails instances that another version began. From
    /// the first release on, raise it by one with each change after which the code no longer replays recorded histories: other names, inputs, order
    /// or number of activities, timers, events and sub-orchestrations, or other decisions of the scheduler from the same facts. Pass it to
    /// sub-orchestrations, too: without it they get the host's default.
    /// </summary>
    public const string Current = "1";
}
