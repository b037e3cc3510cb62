using System.Collections.Concurrent;
using Microsoft.DurableTask;
using Orchestrator.Conformance.Engines;

namespace Orchestrator.Conformance;

/// <summary>An orchestrator that asks for something else when it is replayed.</summary>
internal static partial class Behaviours
{
    /// <summary>The instances of "Fickle" whose first episode has begun.</summary>
    private static readonly ConcurrentDictionary<string, bool> Begun = new();

    private static readonly Dictionary<string, Action<TaskOrchestrationContext>> Operations = new()
    {
        ["activity"] = context => _ = context.CallActivityAsync<string>("Echo", "a"),
        ["other activity"] = context => _ = context.CallActivityAsync<int>("Increment", 1),
        ["child"] = context => _ = context.CallSubOrchestratorAsync<int>("Chain", 1),
        ["other child"] = context => _ = context.CallSubOrchestratorAsync<int>("Rounds", 1),
        ["timer"] = context => _ = context.CreateTimer(Soon, CancellationToken.None),
        ["event"] = context => context.SendEvent("no_such_instance", "Go", "a"),
        ["other event"] = context => context.SendEvent("no_such_instance", "Come", "a"),
        ["nothing"] = AskNothing,
    };

    /// <summary>What an orchestrator can ask for, and "nothing".</summary>
    public static IEnumerable<string> OperationNames => Operations.Keys;

    private static void RegisterReplays(IRegistry registry) => registry.Orchestrator<Change, string>("Fickle", async (context, change) =>
    {
        Operations[Begun.TryAdd(context.InstanceId, true) ? change.Before : change.Now](context);
        context.SetCustomStatus("asked");
        return await context.WaitForExternalEvent<string>("Go");
    });

    private static void AskNothing(TaskOrchestrationContext context)
    {
    }

    /// <summary>The operation of the first episode, and that of each replay.</summary>
    internal sealed record Change(string Before, string Now);
}
