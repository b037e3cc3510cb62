using Microsoft.DurableTask;
using Orchestrator.Conformance.Engines;

namespace Orchestrator.Conformance;

/// <summary>The orchestrators and activities of all tests, under unique names.</summary>
internal static class Behaviours
{
    /// <summary>The version of the code: starts that name none have it, and engines fail instances of any other.</summary>
    public const string Version = "2";

    public static void Register(IRegistry registry)
    {
        registry.Activity<int, int>("Increment", (_, value) => Task.FromResult(value + 1));
        registry.Activity<string, string>("Fail", (_, text) =>
            throw new InvalidOperationException(text, new FormatException("cause of " + text)));
        registry.Orchestrator<int, int>("Chain", async (context, value) =>
        {
            for (var i = 0; i < 3; i++)
            {
                value = await context.CallActivityAsync<int>("Increment", value);
            }

            return value;
        });
        registry.Orchestrator<int, int[]>("FanOut", (context, count) =>
            Task.WhenAll(Enumerable.Range(0, count).Select(i => context.CallActivityAsync<int>("Increment", i))));
        registry.Orchestrator<int, int>("Parent", (context, value) => context.CallSubOrchestratorAsync<int>("Chain", value));
        registry.Orchestrator<string, string>("Version", (context, _) => Task.FromResult(context.Version));
        registry.Orchestrator<string, string>("ParentVersion", (context, child) =>
            child.Length == 0
            ? context.CallSubOrchestratorAsync<string>("Version")
            : context.CallSubOrchestratorAsync<string>("Version", new SubOrchestrationOptions { Version = child }));
        registry.Orchestrator<string, string>("Failing", (context, text) => context.CallActivityAsync<string>("Fail", text));
        registry.Orchestrator<int, int>("Rounds", (context, round) =>
        {
            if (round < 3)
            {
                context.ContinueAsNew(round + 1);
            }

            return Task.FromResult(round);
        });
        registry.Orchestrator<string, string[]>("TwoEvents", async (context, _) =>
        [
            await context.WaitForExternalEvent<string>("First"),
            await context.WaitForExternalEvent<string>("Second"),
        ]);
    }
}
