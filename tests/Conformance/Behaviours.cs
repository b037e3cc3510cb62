using System.Collections.Concurrent;
using Microsoft.DurableTask;
using Orchestrator.Conformance.Engines;

namespace Orchestrator.Conformance;

/// <summary>The orchestrators and activities of all tests, under unique names. They run in the process of the tests, on every engine.</summary>
internal static partial class Behaviours
{
    /// <summary>The version of the code: starts that name none have it, and engines fail instances of any other.</summary>
    public const string Version = "2";

    /// <summary>How often the activity "FailTwice" was tried, by instance.</summary>
    private static readonly ConcurrentDictionary<string, int> Tries = new();

    /// <summary>The instances of "Version" whose code ran.</summary>
    private static readonly ConcurrentDictionary<string, bool> Ran = new();

    private static readonly ConcurrentDictionary<string, TaskCompletionSource> Gates = new();

    /// <summary>What the activity "Wait" of this instance waits for.</summary>
    public static TaskCompletionSource GateOf(string instanceId) =>
        Gates.GetOrAdd(instanceId, _ => new TaskCompletionSource(TaskCreationOptions.RunContinuationsAsynchronously));

    public static bool HasRun(string instanceId) => Ran.ContainsKey(instanceId);

    public static int TriesOf(string instanceId) => Tries.GetValueOrDefault(instanceId);

    public static void Register(IRegistry registry)
    {
        RegisterActivities(registry);
        RegisterCalls(registry);
        RegisterFailures(registry);
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
        registry.Activity<string, string>("Fail", (_, text) =>
            throw new InvalidOperationException(text, new FormatException("cause of " + text)));
        registry.Activity<string, int>("FailTwice", (context, _) =>
        {
            var tries = Tries.AddOrUpdate(context.InstanceId, 1, (_, before) => before + 1);
            return tries < 3 ? throw new TimeoutException("late") : Task.FromResult(tries);
        });
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
        registry.Orchestrator<int, int>("Parent", (context, value) => context.CallSubOrchestratorAsync<int>("Chain", value));
        registry.Orchestrator<string, string>("TaggedParent", async (context, child) =>
        {
            var options = new SubOrchestrationOptions { InstanceId = child, Tags = new Dictionary<string, string> { ["part"] = "child" } };
            return await context.CallSubOrchestratorAsync<string>("Version", options);
        });
        registry.Orchestrator<string, string>("Version", (context, _) =>
        {
            Ran.TryAdd(context.InstanceId, true);
            return Task.FromResult(context.Version);
        });
        registry.Orchestrator<string, string>("ParentVersion", (context, child) =>
            child.Length == 0
            ? context.CallSubOrchestratorAsync<string>("Version")
            : context.CallSubOrchestratorAsync<string>("Version", new SubOrchestrationOptions { Version = child }));
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

    private static void RegisterFailures(IRegistry registry)
    {
        registry.Orchestrator<string, string>("Failing", (context, text) => context.CallActivityAsync<string>("Fail", text));
        registry.Orchestrator<string, string>("FailingChild", (context, text) => context.CallSubOrchestratorAsync<string>("Failing", text));
        registry.Orchestrator<string, string[]>("Explaining", (context, activity) => CausesAsync(context.CallActivityAsync<string>(activity, "no")));
        registry.Orchestrator<string, string[]>("ExplainingChild", (context, version) => CausesAsync(context.CallSubOrchestratorAsync<string>(
            "Failing", "no", new SubOrchestrationOptions { Version = version })));
        registry.Orchestrator<string, string[]>("ExplainingEventOfChild", (context, child) => CausesAsync(context.CallSubOrchestratorAsync<string>(
            "OneEvent", "", new SubOrchestrationOptions { InstanceId = child })));
        registry.Orchestrator<string, string>("Careful", async (context, text) =>
        {
            try
            {
                return await context.CallActivityAsync<string>("Fail", text);
            }
            catch (TaskFailedException failure) when (failure.FailureDetails.IsCausedBy<InvalidOperationException>())
            {
                return $"{failure.TaskName}: {failure.FailureDetails.ErrorMessage}";
            }
        });
        registry.Orchestrator<int, int>("Retrying", (context, attempts) => context.CallActivityAsync<int>(
            "FailTwice", "", TaskOptions.FromRetryPolicy(new RetryPolicy(attempts, TimeSpan.FromMilliseconds(1)))));
        registry.Orchestrator<int, int>("HandledRetries", (context, attempts) => context.CallActivityAsync<int>(
            "FailTwice", "", TaskOptions.FromRetryHandler(retry => retry.LastFailure.IsCausedBy<TimeoutException>() && retry.LastAttemptNumber < attempts)));
        registry.Orchestrator<string, int>("Misreading", (context, text) => context.CallActivityAsync<int>("Echo", text));
        registry.Orchestrator<string, string>("CallsUnknown", (context, name) => context.CallActivityAsync<string>(
            name, "", TaskOptions.FromRetryHandler(_ => true)));
    }

    /// <summary>The type and the text of each failure that an orchestrator catches, the cause of all last.</summary>
    private static async Task<string[]> CausesAsync(Task<string> call)
    {
        try
        {
            return [await call];
        }
        catch (TaskFailedException failed)
        {
            var causes = new List<string>();
            for (var cause = failed.FailureDetails; cause is not null; cause = cause.InnerFailure)
            {
                causes.Add($"{cause.ErrorType}: {cause.ErrorMessage}");
            }

            return [.. causes];
        }
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
