using Microsoft.DurableTask;
using Microsoft.DurableTask.Client;

namespace Orchestrator.LocalHost.Tests.Runtime;

/// <summary>How many activities run at once. What they return and how they fail: tests/Conformance.</summary>
public sealed class ActivityTests
{
    [Fact]
    public async Task Activities_run_at_most_as_many_at_once_as_the_limit_says()
    {
        var (running, most) = (0, 0);
        var full = new TaskCompletionSource(TaskCreationOptions.RunContinuationsAsynchronously);
        await using var host = await LocalDurableHost.StartAsync(b =>
        {
            b.Options.MaxConcurrentActivityFunctions = 3;
            b.AddOrchestrator("o", (TaskOrchestrationContext c) => Task.WhenAll(Enumerable.Range(0, 20).Select(_ => c.CallActivityAsync("a"))));
            b.AddActivity("a", async _ =>
            {
                var now = Interlocked.Increment(ref running);
                InterlockedMax(ref most, now);
                if (now == 3)
                {
                    full.TrySetResult();
                }

                await full.Task;
                Interlocked.Decrement(ref running);
            });
        });
        Assert.Equal(OrchestrationRuntimeStatus.Completed, (await host.RunAsync("o")).RuntimeStatus);
        Assert.Equal(3, most);
    }

    [Fact]
    public async Task Activity_that_steers_does_not_wait_for_a_place_among_the_others()
    {
        var go = new TaskCompletionSource(TaskCreationOptions.RunContinuationsAsynchronously);
        await using var host = await LocalDurableHost.StartAsync(b =>
        {
            b.Options.MaxConcurrentActivityFunctions = 2;
            b.Options.SteeringActivities.Add("STEER");
            b.AddOrchestrator("o", async (TaskOrchestrationContext c) =>
            {
                var work = Enumerable.Range(0, 20).Select(_ => c.CallActivityAsync("work")).ToList();
                await c.CallActivityAsync("steer");
                await Task.WhenAll(work);
            });
            b.AddActivity("work", _ => go.Task);
            b.AddActivity("steer", _ =>
            {
                go.SetResult();
                return Task.CompletedTask;
            });
        });
        Assert.Equal(OrchestrationRuntimeStatus.Completed, (await host.RunAsync("o")).RuntimeStatus);
    }

    private static void InterlockedMax(ref int target, int value)
    {
        for (var seen = Volatile.Read(ref target); value > seen;)
        {
            var before = Interlocked.CompareExchange(ref target, value, seen);
            if (before == seen)
            {
                return;
            }

            seen = before;
        }
    }
}
