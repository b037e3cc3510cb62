using Microsoft.DurableTask;
using Orchestrator.Testing;

namespace Orchestrator.LocalHost.Tests.Runtime;

public sealed class ExternalEventTests
{
    [Fact]
    public async Task Events_raised_early_are_kept_in_order_and_names_ignore_case()
    {
        var go = new TaskCompletionSource();
        await using var host = await LocalDurableHost.StartAsync(b => b
            .AddOrchestrator("o", async (TaskOrchestrationContext c) =>
            {
                await c.CallActivityAsync("wait");
                return string.Join(",", await c.WaitForExternalEvent<int>("NUMBER"), await c.WaitForExternalEvent<int>("number"), await c.WaitForExternalEvent<int>("Number"));
            })
            .AddActivity("wait", _ => go.Task));
        await host.Client.ScheduleNewOrchestrationInstanceAsync("o", new StartOrchestrationOptions("i"));
        for (var i = 1; i <= 3; i++)
        {
            await host.Client.RaiseEventAsync("i", "number", i);
        }

        go.SetResult();
        Assert.Equal("1,2,3", (await host.EndOfAsync("i")).ReadOutputAs<string>());
    }

    [Fact]
    public async Task Latest_waiter_is_served_first_as_in_the_sdk()
    {
        await using var host = await LocalDurableHost.StartAsync(b => b.AddOrchestrator("o", async (TaskOrchestrationContext c) =>
        {
            var first = c.WaitForExternalEvent<string>("e");
            var second = c.WaitForExternalEvent<string>("e");
            c.SetCustomStatus("waiting");
            return $"{await second},{await first}";
        }));
        await host.Client.ScheduleNewOrchestrationInstanceAsync("o", new StartOrchestrationOptions("i"));
        await host.Client.RaiseEventAsync("i", "e", "a");
        await host.Client.RaiseEventAsync("i", "e", "b");
        Assert.Equal("a,b", (await host.EndOfAsync("i")).ReadOutputAs<string>());
    }

    [Fact]
    public async Task Wait_with_a_timeout_is_cancelled_and_takes_no_later_event()
    {
        var time = new SteppedTimeProvider();
        await using var host = await LocalDurableHost.StartAsync(b =>
        {
            b.TimeProvider = time;
            b.AddOrchestrator("o", async (TaskOrchestrationContext c) =>
            {
                try
                {
                    await c.WaitForExternalEvent<string>("e", TimeSpan.FromMinutes(1));
                    return "in time";
                }
                catch (OperationCanceledException)
                {
                    return "late, then " + await c.WaitForExternalEvent<string>("e");
                }
            });
        });
        await host.Client.ScheduleNewOrchestrationInstanceAsync("o", new StartOrchestrationOptions("i"));
        await time.WhenTimersAsync();
        time.Advance(TimeSpan.FromMinutes(1));
        await host.Client.RaiseEventAsync("i", "e", "came");
        Assert.Equal("late, then came", (await host.EndOfAsync("i")).ReadOutputAs<string>());
    }

    [Fact]
    public async Task Waiting_for_one_name_with_two_types_is_an_error()
    {
        await using var host = await LocalDurableHost.StartAsync(b => b.AddOrchestrator("o", async (TaskOrchestrationContext c) =>
        {
            _ = c.WaitForExternalEvent<string>("e");
            await c.WaitForExternalEvent<int>("e");
        }));
        Assert.Contains("same type", (await host.RunAsync("o")).FailureDetails!.ErrorMessage, StringComparison.Ordinal);
    }

    [Fact]
    public async Task Events_for_unknown_and_finished_instances_are_dropped()
    {
        await using var host = await LocalDurableHost.StartAsync(b => b.AddOrchestrator("o", (TaskOrchestrationContext _) => Task.CompletedTask));
        await host.Client.RaiseEventAsync("nobody", "e", 1);
        await host.RunAsync("o", instanceId: "i");
        await host.Client.RaiseEventAsync("i", "e", 1);
        Assert.Null(await host.Client.GetInstanceAsync("nobody"));
    }

    [Fact]
    public async Task Orchestrators_send_events_to_each_other_and_to_themselves()
    {
        await using var host = await LocalDurableHost.StartAsync(b => b
            .AddOrchestrator("receiver", async (TaskOrchestrationContext c) => await c.WaitForExternalEvent<string>("hello"))
            .AddOrchestrator("sender", async (TaskOrchestrationContext c) =>
            {
                c.SendEvent("r", "hello", "from " + c.InstanceId);
                c.SendEvent("nobody", "hello", "lost");
                c.SendEvent(c.InstanceId, "self", 7);
                return await c.WaitForExternalEvent<int>("self");
            }));
        await host.Client.ScheduleNewOrchestrationInstanceAsync("receiver", new StartOrchestrationOptions("r"));
        Assert.Equal(7, (await host.RunAsync("sender", instanceId: "s")).ReadOutputAs<int>());
        Assert.Equal("from s", (await host.EndOfAsync("r")).ReadOutputAs<string>());
    }
}
