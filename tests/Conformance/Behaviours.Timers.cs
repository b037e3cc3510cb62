using Microsoft.DurableTask;
using Orchestrator.Conformance.Engines;

namespace Orchestrator.Conformance;

/// <summary>Timers, and the clock that they move.</summary>
internal static partial class Behaviours
{
    private static void RegisterTimers(IRegistry registry)
    {
        registry.Orchestrator<DateTime, string>("TimerAt", async (context, due) =>
        {
            await context.CreateTimer(due, CancellationToken.None);
            return context.InstanceId;
        });
        registry.Orchestrator<DateTime, string[]>("TimersOfChildren", (context, due) => Task.WhenAll(Enumerable.Range(0, 10).Select(
            i => context.CallSubOrchestratorAsync<string>("TimerAt", due, new SubOrchestrationOptions(instanceId: $"{context.InstanceId} {i}")))));
        registry.Orchestrator<bool, string>("CancelledTimer", async (context, fired) =>
        {
            using var stop = new CancellationTokenSource();
            if (fired)
            {
                stop.Cancel();
            }

            var timer = context.CreateTimer(Never, stop.Token);
            stop.Cancel();
            await CancelledAsync(timer);
            return "cancelled";
        });
        registry.Orchestrator<int, string>("OpenTimer", (context, milliseconds) =>
        {
            _ = context.CreateTimer(TimeSpan.FromMilliseconds(milliseconds), CancellationToken.None);
            return Task.FromResult("returned");
        });
        registry.Orchestrator<string, bool>("Clock", async (context, _) =>
        {
            var before = context.CurrentUtcDateTime;
            var recorded = await context.CallActivityAsync<string>("Echo", $"{before:O}");
            return recorded == $"{before:O}" && context.CurrentUtcDateTime >= before;
        });
    }
}
