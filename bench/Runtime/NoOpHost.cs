using Microsoft.DurableTask;
using Microsoft.DurableTask.Client;
using Orchestrator.Bench.Reporting;
using Orchestrator.LocalHost.Hosting;
using Orchestrator.LocalHost.Journal;

namespace Orchestrator.Bench.Runtime;

/// <summary>An orchestrator whose activities do nothing, for the embedded runtime and other engines.</summary>
internal static class NoOpHost
{
    public const string Orchestrator = "NoOps";
    public const string Activity = "NoOp";
    private const string Go = "go";

    /// <summary>Starts a host with these functions only.</summary>
    /// <param name="journal">The host closes it.</param>
    /// <param name="arrived">Called when the code of a waiting instance has seen all its results, also in a replay; null for nothing.</param>
    public static Task<LocalDurableHost> StartAsync(IJournal journal, Action? arrived = null) => LocalDurableHost.StartAsync(builder =>
    {
        builder.Journal = journal;
        builder.AddNoOps(arrived);
    });

    /// <summary>Adds the functions to a host.</summary>
    /// <param name="arrived">Called when the code of a waiting instance has seen all its results, also in a replay; null for nothing.</param>
    public static void AddNoOps(this LocalDurableHostBuilder builder, Action? arrived = null)
    {
        builder.AddActivity<int, int>(Activity, (_, number) => Next(number));
        builder.AddOrchestrator<NoOpWork, long>(Orchestrator, async (context, work) =>
        {
            var sum = await SumAsync(context, work);
            if (work.Waits)
            {
                arrived?.Invoke();
                await context.WaitForExternalEvent<object?>(Go);
            }

            return sum;
        });
    }

    /// <summary>The activity.</summary>
    public static int Next(int number) => number + 1;

    /// <summary>The orchestrator, up to the event that it may wait for.</summary>
    public static Task<long> SumAsync(TaskOrchestrationContext context, NoOpWork work) =>
        work.Shape == NoOpShape.Chain ? ChainAsync(context, work.Steps) : FanOutAsync(context, work.Steps);

    /// <summary>Starts an instance, and waits until the start is durable.</summary>
    public static Task<string> ScheduleAsync(this DurableTaskClient client, NoOpWork work) =>
        client.ScheduleNewOrchestrationInstanceAsync(Orchestrator, work);

    /// <summary>Raises the event that an instance waits for.</summary>
    public static Task ReleaseAsync(this DurableTaskClient client, string instance) => client.RaiseEventAsync(instance, Go);

    /// <summary>Waits for the durable end of an instance, and checks its result.</summary>
    public static async Task EndAsync(this DurableTaskClient client, string instance, NoOpWork work)
    {
        var end = await client.WaitForInstanceCompletionAsync(instance, getInputsAndOutputs: true);
        WrongAnswerException.ThrowUnless(
            end.RuntimeStatus == OrchestrationRuntimeStatus.Completed && end.ReadOutputAs<long>() == work.Sum(),
            $"The {work} ended as {end.RuntimeStatus} with {end.SerializedOutput ?? end.FailureDetails?.ErrorMessage}.");
    }

    private static async Task<long> ChainAsync(TaskOrchestrationContext context, int count)
    {
        var sum = 0L;
        for (var number = 0; number < count; number++)
        {
            sum += await context.CallActivityAsync<int>(Activity, number);
        }

        return sum;
    }

    private static async Task<long> FanOutAsync(TaskOrchestrationContext context, int count)
    {
        var calls = Enumerable.Range(0, count).Select(number => context.CallActivityAsync<int>(Activity, number)).ToList();
        return (await Task.WhenAll(calls)).Sum(number => (long)number);
    }
}

/// <summary>The input of the orchestrator: activity i answers i + 1, and the answers are added up.</summary>
/// <param name="Waits">Whether it waits for an event at the end.</param>
internal sealed record NoOpWork(NoOpShape Shape, int Steps, bool Waits = false)
{
    /// <summary>The right result.</summary>
    public long Sum() => (long)Steps * (Steps + 1) / 2;

    public override string ToString() => $"{(Shape == NoOpShape.Chain ? "chain" : "fan-out")} of {Steps:N0}";
}

/// <summary>The order of the activities.</summary>
internal enum NoOpShape
{
    /// <summary>One after the other.</summary>
    Chain,

    /// <summary>All at once, and then all their results.</summary>
    FanOut,
}
