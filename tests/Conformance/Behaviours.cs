using System.Collections.Concurrent;
using Microsoft.DurableTask;
using Orchestrator.Conformance.Engines;

namespace Orchestrator.Conformance;

/// <summary>The orchestrators and activities of all tests, under unique names. They run in the process of the tests, on every engine.</summary>
internal static partial class Behaviours
{
    /// <summary>The version of the code: starts that name none have it, and engines fail instances of any other.</summary>
    public const string Version = "2";

    /// <summary>The instances of "Version" whose code ran.</summary>
    private static readonly ConcurrentDictionary<string, bool> Ran = new();

    private static readonly ConcurrentDictionary<string, TaskCompletionSource> Gates = new();

    /// <summary>What the activity "Wait" of this instance waits for.</summary>
    public static TaskCompletionSource GateOf(string instanceId) =>
        Gates.GetOrAdd(instanceId, _ => new TaskCompletionSource(TaskCreationOptions.RunContinuationsAsynchronously));

    public static bool HasRun(string instanceId) => Ran.ContainsKey(instanceId);

    public static void Register(IRegistry registry)
    {
        RegisterActivities(registry);
        RegisterCalls(registry);
        RegisterFailures(registry);
        RegisterRetries(registry);
        RegisterChildren(registry);
        RegisterWaits(registry);
        RegisterEvents(registry);
        RegisterRaces(registry);
        RegisterRounds(registry);
        RegisterEventsOfRounds(registry);
        RegisterTimers(registry);
        RegisterLifecycle(registry);
        RegisterReplays(registry);
        RegisterContext(registry);
    }

    private static void RegisterActivities(IRegistry registry)
    {
        registry.Activity<int, int>("Increment", (_, value) => Task.FromResult(value + 1));
        registry.Activity<string, string>("Wait", async (context, _) =>
        {
            await GateOf(context.InstanceId).Task;
            return "waited";
        });
    }

    private static void RegisterCalls(IRegistry registry)
    {
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
        registry.Orchestrator<string, string>("Version", (context, _) =>
        {
            Ran.TryAdd(context.InstanceId, true);
            return Task.FromResult(context.Version);
        });
        registry.Orchestrator<string, string>("ParentVersion", (context, child) =>
            child.Length == 0
            ? context.CallSubOrchestratorAsync<string>("Version")
            : context.CallSubOrchestratorAsync<string>("Version", new SubOrchestrationOptions { Version = child }));
        registry.Orchestrator<int, int>("Shouting", (context, value) => context.CallActivityAsync<int>("INCREMENT", value));
        registry.Orchestrator<int, string?[]>("WithoutInput", async (context, input) =>
        {
            var text = await context.CallActivityAsync<string?>("Echo");
            try
            {
                return [$"{input}", text, $"{await context.CallActivityAsync<int>("Increment")}"];
            }
            catch (TaskFailedException failure)
            {
                return [$"{input}", text, Chain(failure.FailureDetails)];
            }
        });
        registry.Orchestrator<int, int>("Rounds", (context, round) =>
        {
            if (round < 3)
            {
                context.ContinueAsNew(round + 1);
            }

            return Task.FromResult(round);
        });
        registry.Orchestrator<int, string[]>("EventOfEachRound", async (context, round) =>
        {
            var value = await context.WaitForExternalEvent<string>("Next");
            if (round < 2)
            {
                context.ContinueAsNew(round + 1);
            }

            return [$"{round}", value];
        });
        registry.Orchestrator<string, bool>("Ids", async (context, _) =>
        {
            var before = context.NewGuid();
            await context.CallActivityAsync<int>("Increment", 0);
            var after = context.NewGuid();
            return await context.CallActivityAsync<string>("Echo", $"{before}") == $"{before}" && before != after;
        });
        registry.Activity<string, string>("Echo", (_, text) => Task.FromResult(text));
    }

    private static void RegisterWaits(IRegistry registry)
    {
        registry.Orchestrator<string, string[]>("TwoEvents", async (context, _) =>
        [
            await context.WaitForExternalEvent<string>("First"),
            await context.WaitForExternalEvent<string>("Second"),
        ]);
        registry.Orchestrator<string, string>("OneEvent", async (context, status) =>
        {
            context.SetCustomStatus(status);
            return await context.WaitForExternalEvent<string>("Go");
        });
        registry.Orchestrator<string, string>("Sender", (context, receiver) =>
        {
            context.SendEvent(receiver, "Go", "from " + context.InstanceId);
            return Task.FromResult("sent");
        });
        registry.Orchestrator<string, string>("EventInTime", async (context, _) =>
        {
            try
            {
                return await context.WaitForExternalEvent<string>("Go", TimeSpan.FromMilliseconds(1));
            }
            catch (OperationCanceledException)
            {
                return "too late";
            }
        });
        registry.Orchestrator<int, int>("Timer", async (context, milliseconds) =>
        {
            var before = context.CurrentUtcDateTime;
            await context.CreateTimer(before.AddMilliseconds(milliseconds), CancellationToken.None);
            return (int)(context.CurrentUtcDateTime - before).TotalMilliseconds;
        });
        registry.Orchestrator<string, string>("Careless", (context, _) =>
        {
            var left = context.CallActivityAsync<string>("Wait", "");
            return Task.FromResult(left.IsCompleted ? "waited" : "returned");
        });
    }
}
