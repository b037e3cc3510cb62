using System.Text.Json.Nodes;
using Microsoft.DurableTask;
using Orchestrator.Conformance.Engines;

namespace Orchestrator.Conformance;

/// <summary>What the context tells and takes, and an orchestrator for everything that a client can do to it.</summary>
internal static partial class Behaviours
{
    private static void RegisterContext(IRegistry registry)
    {
        registry.Orchestrator<object?, object?>("Empty", (_, _) => Task.FromResult<object?>(null));
        registry.Orchestrator<bool, string>("Waits", async (context, throws) =>
        {
            context.SetCustomStatus("waiting");
            await context.WaitForExternalEvent<string>("Go");
            return throws ? throw new InvalidOperationException("thrown") : "returned";
        });
        registry.Orchestrator<string, string>("AnyStatus", async (context, _) =>
        {
            context.SetCustomStatus("begun");
            context.SetCustomStatus(await context.WaitForExternalEvent<object>("Status"));
            return "returned";
        });
        registry.Activity<string, string>("VersionOfActivity", (context, _) => Task.FromResult(context.Version));
        registry.Orchestrator<string, string>("Versions", async (context, _) =>
            $"{context.Version} {await context.CallActivityAsync<string>("VersionOfActivity", "")} {context.CompareVersionTo("1.0") > 0}");
        registry.Orchestrator<string, string>("TaggedCall", (context, text) =>
            context.CallActivityAsync<string>("Echo", text, new TaskOptions(tags: new Dictionary<string, string> { ["k"] = "activity's" })));
        registry.Orchestrator<Guid[]?, Guid[]>("Guids", async (context, before) =>
        {
            var first = context.NewGuid();
            Guid[] all =
            [
                .. before ?? [], first, context.NewGuid(), await context.CallActivityAsync<Guid>("Echo", context.NewGuid()), context.NewGuid()
            ];
            if (before is null)
            {
                context.ContinueAsNew(all);
            }

            return all;
        });
        registry.Activity<JsonNode, JsonNode>("AddToNode", (_, node) =>
        {
            node["added"] = 2;
            return Task.FromResult(node);
        });
        registry.Orchestrator<JsonNode, JsonNode>("JsonNodes", (context, node) => context.CallActivityAsync<JsonNode>("AddToNode", node));
        RegisterPages(registry);
        registry.Orchestrator<int, string[]>("Ancestor", async (context, descendants) =>
            descendants == 0
                ? [context.InstanceId]
                : [context.InstanceId, .. await context.CallSubOrchestratorAsync<string[]>("Ancestor", descendants - 1)]);
    }

    private static void RegisterPages(IRegistry registry)
    {
        registry.Activity<string?, Page<int>>("NumbersAfter", (_, token) => Task.FromResult(token switch
        {
            null => new Page<int>([1, 2], "second"),
            "second" => new Page<int>([3, 4], "last"),
            _ => new Page<int>([5]),
        }));
        registry.Orchestrator<string, int>("SumOfPages", async (context, _) =>
        {
            var sum = 0;
            await foreach (var number in Pageable.Create((token, _) => context.CallActivityAsync<Page<int>>("NumbersAfter", token)))
            {
                sum += number;
            }

            return sum;
        });
    }
}
