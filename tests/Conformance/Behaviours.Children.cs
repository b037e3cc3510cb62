using Microsoft.DurableTask;
using Orchestrator.Conformance.Engines;

namespace Orchestrator.Conformance;

/// <summary>Parents and their children.</summary>
internal static partial class Behaviours
{
    private static void RegisterChildren(IRegistry registry)
    {
        registry.Orchestrator<int, int>("Parent", (context, value) => context.CallSubOrchestratorAsync<int>("Chain", value));
        registry.Orchestrator<string, string>("FailingChild", (context, text) => context.CallSubOrchestratorAsync<string>("Failing", text));
        registry.Orchestrator<string, string>("ExplainingChild", (context, version) => ExplainAsync(
            context.CallSubOrchestratorAsync<string>("Failing", "no", new SubOrchestrationOptions { Version = version })));
        registry.Orchestrator<string, string>("ExplainingEventOfChild", (context, child) => ExplainAsync(
            context.CallSubOrchestratorAsync<string>("OneEvent", "", new SubOrchestrationOptions { InstanceId = child })));
        registry.Orchestrator<string, string>("ParentOfOneThatKnows", (context, id) => context.CallSubOrchestratorAsync<string>(
            "ChildThatKnows",
            new SubOrchestrationOptions(instanceId: id) { Tags = new Dictionary<string, string> { ["tag"] = "value" }, Version = Version }));
        registry.Orchestrator<string, string>("ChildThatKnows", (context, _) =>
            Task.FromResult($"{context.Parent!.Name} {context.Parent.InstanceId} {context.Version} {context.InstanceId}"));
        registry.Orchestrator<string, int>("ParentOfRetriedChild", (context, id) => context.CallSubOrchestratorAsync<int>(
            "AttemptAsChild",
            new Attempts(context.InstanceId, ["late", "late", ""]),
            new SubOrchestrationOptions(new RetryPolicy(3, TimeSpan.FromMilliseconds(1)), id)
            {
                Tags = new Dictionary<string, string> { ["colour"] = "red", ["size"] = "xl" },
            }));
        registry.Orchestrator<int, int[]>("Twins", (context, value) => Task.WhenAll(
            context.CallSubOrchestratorAsync<int>("Chain", value), context.CallSubOrchestratorAsync<int>("Chain", value)));
        registry.Orchestrator<string, string>("ParentOfWaiting", (context, id) => context.CallSubOrchestratorAsync<string>(
            "OneEvent", "the child", new SubOrchestrationOptions(instanceId: id)));

        // Each generation's id is its parent's and "-c".
        registry.Orchestrator<int, string>("Family", (context, generations) => generations == 0
            ? context.WaitForExternalEvent<string>("Go")
            : context.CallSubOrchestratorAsync<string>(
                "Family", generations - 1, new SubOrchestrationOptions(instanceId: context.InstanceId + "-c")));
    }

    /// <summary>What a parent catches; empty when the failure has no details.</summary>
    private static async Task<string> ExplainAsync(Task<string> call)
    {
        try
        {
            return await call;
        }
        catch (TaskFailedException failure)
        {
            return Chain(failure.FailureDetails);
        }
    }
}
