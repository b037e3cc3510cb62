using Microsoft.DurableTask;
using Microsoft.DurableTask.Client;
using Orchestrator.Testing;

namespace Orchestrator.LocalHost.Tests.Runtime;

public sealed class SubOrchestrationTests
{
    [Fact]
    public async Task Child_knows_its_parent_and_has_its_tags_and_version()
    {
        await using var host = await StartAsync(b => b
            .AddOrchestrator("parent", async (TaskOrchestrationContext c) => await c.CallSubOrchestratorAsync<string>("child", options: new SubOrchestrationOptions(instanceId: "c")
            {
                Tags = new Dictionary<string, string> { ["tag"] = "value" },
                Version = "2.0",
            }))
            .AddOrchestrator("child", (TaskOrchestrationContext c) => Task.FromResult($"{c.Parent!.Name} {c.Parent.InstanceId} {c.Version} {c.InstanceId}")));
        Assert.Equal("parent p 2.0 c", (await host.RunAsync("parent", instanceId: "p")).ReadOutputAs<string>());
        Assert.Equal("value", (await host.EndOfAsync("c")).Tags["tag"]);
    }

    [Fact]
    public async Task Failure_of_a_child_reaches_the_parent_with_its_cause()
    {
        await using var host = await StartAsync(b => b
            .AddOrchestrator("parent", (TaskOrchestrationContext c) => c.CallSubOrchestratorAsync("child"))
            .AddOrchestrator("child", (TaskOrchestrationContext c) => c.CallActivityAsync("boom"))
            .AddActivity("boom", _ => throw new TimeoutException("late")));
        var failure = (await host.RunAsync("parent")).FailureDetails!;
        Assert.Equal("Task 'child' (#0) failed with an unhandled exception: Task 'boom' (#0) failed with an unhandled exception: late", failure.ErrorMessage);
        Assert.True(failure.InnerFailure!.InnerFailure!.IsCausedBy<TimeoutException>());
    }

    [Fact]
    public async Task Retried_child_runs_again_under_the_same_id()
    {
        var runs = 0;
        var time = new SteppedTimeProvider();
        await using var host = await StartAsync(b =>
        {
            b.TimeProvider = time;
            b.AddOrchestrator("parent", async (TaskOrchestrationContext c) => await c.CallSubOrchestratorAsync<int>(
                "child", options: new SubOrchestrationOptions(new RetryPolicy(3, TimeSpan.FromSeconds(1)), "c")));
            b.AddOrchestrator("child", (TaskOrchestrationContext _) => ++runs < 3 ? throw new TimeoutException("late") : Task.FromResult(runs));
        });
        await host.Client.ScheduleNewOrchestrationInstanceAsync("parent", new StartOrchestrationOptions("p"));
        for (var i = 0; i < 2; i++)
        {
            await time.WhenTimersAsync();
            time.AdvanceToNextTimer();
        }

        Assert.Equal(3, (await host.EndOfAsync("p")).ReadOutputAs<int>());
        Assert.Equal(OrchestrationRuntimeStatus.Completed, (await host.Client.GetInstanceAsync("c"))!.RuntimeStatus);
    }

    [Fact]
    public async Task Id_of_another_running_instance_fails_the_call()
    {
        await using var host = await StartAsync(b => b
            .AddOrchestrator("parent", (TaskOrchestrationContext c) => c.CallSubOrchestratorAsync("other", options: new SubOrchestrationOptions(instanceId: "taken")))
            .AddOrchestrator("other", (TaskOrchestrationContext c) => c.WaitForExternalEvent<string>("never")));
        await host.Client.ScheduleNewOrchestrationInstanceAsync("other", new StartOrchestrationOptions("taken"));
        Assert.Contains("taken already exists", (await host.RunAsync("parent")).FailureDetails!.ErrorMessage, StringComparison.Ordinal);
    }

    [Fact]
    public async Task Recursive_termination_ends_children_and_grandchildren()
    {
        await using var host = await StartAsync(Family);
        await host.Client.ScheduleNewOrchestrationInstanceAsync("parent", new StartOrchestrationOptions("p"));
        await host.Client.WaitForInstanceStartAsync("grandchild").WaitAsync(HostExtensions.Patience);
        await host.Client.TerminateInstanceAsync("p", new TerminateInstanceOptions("enough", Recursive: true));
        Assert.Equal("enough", (await host.EndOfAsync("p")).ReadOutputAs<string>());
        Assert.Equal(OrchestrationRuntimeStatus.Terminated, (await host.EndOfAsync("child")).RuntimeStatus);
        Assert.Equal(OrchestrationRuntimeStatus.Terminated, (await host.EndOfAsync("grandchild")).RuntimeStatus);
    }

    [Fact]
    public async Task Termination_of_a_child_fails_the_parents_call()
    {
        await using var host = await StartAsync(Family);
        await host.Client.ScheduleNewOrchestrationInstanceAsync("parent", new StartOrchestrationOptions("p"));
        await host.Client.WaitForInstanceStartAsync("grandchild").WaitAsync(HostExtensions.Patience);
        await host.Client.TerminateInstanceAsync("child");
        var parent = await host.EndOfAsync("p");
        Assert.Equal(OrchestrationRuntimeStatus.Failed, parent.RuntimeStatus);
        Assert.Contains("was terminated", parent.FailureDetails!.ErrorMessage, StringComparison.Ordinal);
        Assert.True((await host.Client.GetInstanceAsync("grandchild"))!.IsRunning);
    }

    [Fact]
    public async Task Recursive_purge_takes_the_children_along()
    {
        await using var host = await StartAsync(b => b
            .AddOrchestrator("parent", (TaskOrchestrationContext c) => Task.WhenAll(c.CallSubOrchestratorAsync("child"), c.CallSubOrchestratorAsync("child")))
            .AddOrchestrator("child", (TaskOrchestrationContext _) => Task.CompletedTask));
        await host.RunAsync("parent", instanceId: "p");
        Assert.Equal(3, (await host.Client.PurgeInstanceAsync("p", new PurgeInstanceOptions(Recursive: true))).PurgedInstanceCount);
    }

    private static void Family(LocalDurableHostBuilder builder) => builder
        .AddOrchestrator("parent", (TaskOrchestrationContext c) => c.CallSubOrchestratorAsync("child", options: new SubOrchestrationOptions(instanceId: "child")))
        .AddOrchestrator("child", (TaskOrchestrationContext c) => c.CallSubOrchestratorAsync("grandchild", options: new SubOrchestrationOptions(instanceId: "grandchild")))
        .AddOrchestrator("grandchild", (TaskOrchestrationContext c) => c.WaitForExternalEvent<string>("never"));

    private static Task<LocalDurableHost> StartAsync(Action<LocalDurableHostBuilder> configure) => LocalDurableHost.StartAsync(configure);
}
