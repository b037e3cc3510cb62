using Microsoft.DurableTask;
using Microsoft.DurableTask.Client;

namespace Orchestrator.LocalHost.Tests.Runtime;

public sealed class ActivityTests
{
    [Fact]
    public async Task Chain_of_activities_returns_the_last_result()
    {
        await using var host = await LocalDurableHost.StartAsync(b => b
            .AddOrchestrator<int, int>("chain", async (TaskOrchestrationContext c, int n) =>
            {
                var value = 0;
                for (var i = 0; i < n; i++)
                {
                    value = await c.CallActivityAsync<int>("inc", value);
                }

                return value;
            })
            .AddActivity<int, int>("inc", (TaskActivityContext _, int x) => x + 1));
        var done = await host.RunAsync("chain", 100);
        Assert.Equal(OrchestrationRuntimeStatus.Completed, done.RuntimeStatus);
        Assert.Equal(100, done.ReadOutputAs<int>());
        Assert.Equal(100, done.ReadInputAs<int>());
    }

    [Fact]
    public async Task Fan_out_returns_every_result()
    {
        await using var host = await LocalDurableHost.StartAsync(b => b
            .AddOrchestrator<int, int>("wide", async (TaskOrchestrationContext c, int n) =>
                (await Task.WhenAll(Enumerable.Range(0, n).Select(i => c.CallActivityAsync<int>("inc", i)))).Sum())
            .AddActivity<int, int>("inc", async (TaskActivityContext _, int x) =>
            {
                await Task.Yield();
                return x + 1;
            }));
        Assert.Equal(500_500, (await host.RunAsync("wide", 1_000)).ReadOutputAs<int>());
    }

    [Fact]
    public async Task Unhandled_activity_failure_fails_the_orchestration_with_details_as_the_sdk_gives_them()
    {
        await using var host = await LocalDurableHost.StartAsync(b => b
            .AddOrchestrator("faulty", (TaskOrchestrationContext c) => c.CallActivityAsync("boom"))
            .AddActivity<string, string>("boom", string (TaskActivityContext _, string _) =>
                throw new InvalidOperationException("Kah-BOOOOOM!!!", new NotImplementedException("Inner!"))));
        var done = await host.RunAsync("faulty");
        Assert.Equal(OrchestrationRuntimeStatus.Failed, done.RuntimeStatus);
        var failure = done.FailureDetails!;
        Assert.Equal(typeof(TaskFailedException).FullName, failure.ErrorType);
        Assert.Equal("Task 'boom' (#0) failed with an unhandled exception: Kah-BOOOOOM!!!", failure.ErrorMessage);
        Assert.NotNull(failure.StackTrace);
        Assert.Equal(typeof(InvalidOperationException).FullName, failure.InnerFailure!.ErrorType);
        Assert.Equal("Inner!", failure.InnerFailure.InnerFailure!.ErrorMessage);
        Assert.True(failure.InnerFailure.IsCausedBy<InvalidOperationException>());
    }

    [Fact]
    public async Task Caught_activity_failure_lets_the_orchestration_go_on()
    {
        await using var host = await LocalDurableHost.StartAsync(b => b
            .AddOrchestrator("careful", async (TaskOrchestrationContext c) =>
            {
                try
                {
                    return await c.CallActivityAsync<string>("boom");
                }
                catch (TaskFailedException failure) when (failure.FailureDetails.IsCausedBy<TimeoutException>())
                {
                    return $"{failure.TaskName}#{failure.TaskId}: {failure.FailureDetails.ErrorMessage}";
                }
            })
            .AddActivity<string, string>("boom", string (TaskActivityContext _, string _) => throw new TimeoutException("late")));
        Assert.Equal("boom#0: late", (await host.RunAsync("careful")).ReadOutputAs<string>());
    }

    [Fact]
    public async Task Unknown_activity_fails_without_retries()
    {
        await using var host = await LocalDurableHost.StartAsync(b => b
            .AddOrchestrator("o", (TaskOrchestrationContext c) => c.CallActivityAsync("nobody", options: TaskOptions.FromRetryHandler(_ => true))));
        var done = await host.RunAsync("o");
        Assert.Equal("ActivityTaskNotFound", done.FailureDetails!.InnerFailure!.ErrorType);
        Assert.Contains("nobody", done.FailureDetails.ErrorMessage, StringComparison.Ordinal);
    }

    [Fact]
    public async Task Unknown_orchestrator_fails_the_instance()
    {
        await using var host = await LocalDurableHost.StartAsync(_ => { });
        var done = await host.RunAsync("nobody");
        Assert.Equal((OrchestrationRuntimeStatus.Failed, "OrchestratorTaskNotFound"), (done.RuntimeStatus, done.FailureDetails!.ErrorType));
    }

    [Fact]
    public async Task Names_are_not_case_sensitive()
    {
        await using var host = await LocalDurableHost.StartAsync(b => b
            .AddOrchestrator("Hello", (TaskOrchestrationContext c) => c.CallActivityAsync<string>("SAY"))
            .AddActivity<string, string>("say", (TaskActivityContext _, string _) => "hi"));
        Assert.Equal("hi", (await host.RunAsync("hELLO")).ReadOutputAs<string>());
    }

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
