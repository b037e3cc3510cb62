using Microsoft.DurableTask;
using Microsoft.DurableTask.Client;
using Orchestrator.Bench.Reporting;
using Orchestrator.LocalHost.Hosting;
using Orchestrator.LocalHost.Journal;

namespace Orchestrator.Bench.Runtime;

/// <summary>One orchestrator, whose activities do nothing, on the embedded runtime and on others.</summary>
internal static class NoOpHost
{
    public const string Orchestrator = "NoOps";
    public const string Activity = "NoOp";
    private const string Go = "go";

    /// <param name="journal">The host closes it.</param>
    /// <param name="arrived">Called whenever the code of an instance that waits has seen all its results, in a replay too; null for nothing.</param>
    public static Task<LocalDurableHost> StartAsync(IJournal journal, Action? arrived = null) => LocalDurableHost.StartAsync(builder =>
    {
        builder.Journal = journal;
        builder.AddNoOps(arrived);
    });

    /// <param name="arrived">As above.</param>
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

    /// <summary>What the activity does.</summary>
    public static int Next(int number) => number + 1;

    /// <summary>What the orchestrator does until it may have to wait.</summary>
    public static Task<long> SumAsync(TaskOrchestrationContext context, NoOpWork work) =>
        work.Shape == NoOpShape.Chain ? ChainAsync(context, work.Steps) : FanOutAsync(context, work.Steps);

    /// <summary>Starts an instance; completes when its start is durable.</summary>
    public static Task<string> ScheduleAsync(this DurableTaskClient client, NoOpWork work) => client.ScheduleNewOrchestrationInstanceAsync(Orchestrator, work);

    /// <summary>Lets an instance that waits go on to its end.</summary>
    public static Task ReleaseAsync(this DurableTaskClient client, string instance) => client.RaiseEventAsync(instance, Go);

    /// <summary>Waits for the durable end, and checks the result.</summary>
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

/// <summary>What an orchestrator is to do: activity i answers i + 1, and the answers are added up.</summary>
/// <param name="Waits">True when it waits for an event at the end.</param>
internal sealed record NoOpWork(NoOpShape Shape, int Steps, bool Waits = false)
{
    public long Sum() => (long)Steps * (Steps + 1) / 2;

    public override string ToString() => $"{(Shape == NoOpShape.Chain ? "chain" : "fan-out")} of {Steps:N0}";
}

/// <summary>How activities follow each other.</summary>
internal enum NoOpShape
{
    /// <summary>One after the other.</summary>
    Chain,

    /// <summary>All at once, and then all their results.</summary>
    FanOut,
}
