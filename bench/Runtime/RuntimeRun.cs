using System.Diagnostics;
using Microsoft.DurableTask;
using Microsoft.DurableTask.Client;
using Orchestrator.Bench.Reporting;
using Orchestrator.LocalHost;
using Orchestrator.LocalHost.Journal;

namespace Orchestrator.Bench.Runtime;

/// <summary>Single measurements of the runtime, each on a state folder of its own.</summary>
internal static class RuntimeRun
{
    private const string FanOut = "FanOut";
    private const string Chain = "Chain";
    private const string Waiting = "FanOutThenWait";
    private const string NoOp = "NoOp";
    private const string Reached = "Reached";
    private const string Go = "go";

    public static Task<RuntimeMeasurement> FanOutAsync(BenchOptions options, int count) =>
        InFolderAsync(options, folder => RunAsync(folder, FanOut, count));

    public static Task<RuntimeMeasurement> ChainAsync(BenchOptions options, int count) =>
        InFolderAsync(options, folder => RunAsync(folder, Chain, count));

    public static Task<RestartMeasurement> RestartAsync(BenchOptions options, int count) => InFolderAsync(options, async folder =>
    {
        string instance;
        double before;
        var reached = new TaskCompletionSource();
        await using (var host = await StartAsync(folder, reached))
        {
            var empty = GC.GetTotalMemory(forceFullCollection: true);
            instance = await host.Client.ScheduleNewOrchestrationInstanceAsync(Waiting, count);
            await reached.Task;
            before = (double)(GC.GetTotalMemory(forceFullCollection: true) - empty) / count;
        }

        var nothing = GC.GetTotalMemory(forceFullCollection: true);
        var started = Stopwatch.GetTimestamp();
        await using var again = await StartAsync(folder, reached);
        await again.Client.RaiseEventAsync(instance, "check");
        var seconds = Stopwatch.GetElapsedTime(started).TotalSeconds;
        var after = (double)(GC.GetTotalMemory(forceFullCollection: true) - nothing) / count;
        await again.Client.RaiseEventAsync(instance, Go);
        Check(await again.Client.WaitForInstanceCompletionAsync(instance, getInputsAndOutputs: true), count);
        return new RestartMeasurement(seconds, before, after);
    });

    private static async Task<RuntimeMeasurement> RunAsync(string folder, string orchestrator, int count)
    {
        await using var host = await StartAsync(folder, new TaskCompletionSource());
        var meter = new ProcessMeter();
        var instance = await host.Client.ScheduleNewOrchestrationInstanceAsync(orchestrator, count);
        var end = await host.Client.WaitForInstanceCompletionAsync(instance, getInputsAndOutputs: true);
        var (seconds, processor) = (meter.Elapsed.TotalSeconds, meter.ProcessorTime.TotalSeconds);
        Check(end, count);
        return new RuntimeMeasurement(count, seconds, processor, new DirectoryInfo(folder).EnumerateFiles("*", SearchOption.AllDirectories).Sum(file => file.Length));
    }

    private static void Check(OrchestrationMetadata instance, int count) => WrongAnswerException.ThrowUnless(
        instance.RuntimeStatus == OrchestrationRuntimeStatus.Completed && instance.ReadOutputAs<long>() == Sum(count),
        $"{instance.Name} of {count} ended as {instance.RuntimeStatus} with {instance.SerializedOutput ?? instance.FailureDetails?.ErrorMessage}.");

    /// <summary>Activity i answers i + 1.</summary>
    private static long Sum(int count) => (long)count * (count + 1) / 2;

    private static Task<LocalDurableHost> StartAsync(string folder, TaskCompletionSource reached) => LocalDurableHost.StartAsync(builder =>
    {
        builder.Journal = FileJournal.Open(folder);
        builder.AddActivity<int, int>(NoOp, (_, number) => number + 1);
        builder.AddActivity<int, bool>(Reached, (_, _) => reached.TrySetResult());
        builder.AddOrchestrator<int, long>(FanOut, FanOutAsync);
        builder.AddOrchestrator<int, long>(Chain, async (context, count) =>
        {
            var sum = 0L;
            for (var number = 0; number < count; number++)
            {
                sum += await context.CallActivityAsync<int>(NoOp, number);
            }

            return sum;
        });
        builder.AddOrchestrator<int, long>(Waiting, async (context, count) =>
        {
            var sum = await FanOutAsync(context, count);
            await context.CallActivityAsync<bool>(Reached, 0);
            await context.WaitForExternalEvent<object?>(Go);
            return sum;
        });
    });

    private static async Task<long> FanOutAsync(TaskOrchestrationContext context, int count)
    {
        var calls = Enumerable.Range(0, count).Select(number => context.CallActivityAsync<int>(NoOp, number)).ToList();
        return (await Task.WhenAll(calls)).Sum(number => (long)number);
    }

    private static async Task<T> InFolderAsync<T>(BenchOptions options, Func<string, Task<T>> measure)
    {
        var folder = options.NewFolder();
        try
        {
            return await measure(folder);
        }
        finally
        {
            Directory.Delete(folder, recursive: true);
        }
    }
}
