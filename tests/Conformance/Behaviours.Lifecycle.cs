using System.Collections.Concurrent;
using Orchestrator.Conformance.Engines;

namespace Orchestrator.Conformance;

/// <summary>Orchestrators that tests suspend and terminate, or that end with work open.</summary>
internal static partial class Behaviours
{
    /// <summary>The instances whose activity "Mark" was executed.</summary>
    private static readonly ConcurrentDictionary<string, bool> Marks = new();

    public static bool IsMarked(string instanceId) => Marks.ContainsKey(instanceId);

    private static void RegisterLifecycle(IRegistry registry)
    {
        registry.Activity<string, string>("Mark", (context, _) =>
        {
            Marks[context.InstanceId] = true;
            return Task.FromResult("marked");
        });
        registry.Orchestrator<string, string>("WaitThenMark", async (context, _) =>
        {
            await context.CallActivityAsync<string>("Wait", "");
            return await context.CallActivityAsync<string>("Mark", "");
        });
        registry.Orchestrator<string, string>("CarelessAndThrows", Task<string> (context, text) =>
        {
            _ = context.CallActivityAsync<string>("Wait", "");
            throw new InvalidOperationException(text);
        });
        registry.Orchestrator<string, string>("Unwritable", async (context, text) =>
        {
            try
            {
                return await context.CallActivityAsync<string>("Echo", new Func<string>(() => text));
            }
            catch (NotSupportedException)
            {
                return await context.CallActivityAsync<string>("Echo", text) + await context.CallActivityAsync<string>("Echo", text);
            }
        });
    }
}
