using System.Collections.Concurrent;
using Microsoft.DurableTask;
using Microsoft.DurableTask.Client;

namespace Orchestrator.LocalHost.Tests.Runtime;

/// <summary>
/// The process is killed after its k-th durable record, for every k: the result is the same, and no activity whose end is durable runs again.
/// </summary>
public sealed class CrashSweepTests
{
    [Fact]
    public async Task Crash_after_any_record_changes_nothing_but_the_time()
    {
        var sweep = new CrashSweep
        {
            Register = Register,
            Script = [host => StartOnceAsync(host, "main", 1), host => host.EndOfAsync("i")],
            Outcome = OutputAsync,
            Expected = "round 2: 0+1+2 | child of 2 | timer | self=7 | retried",
            Instances = ["child", "i"],
        };
        Assert.InRange(await sweep.RunAsync(), 40, 200);
    }

    [Fact]
    public async Task Suspended_and_continued_instance_stays_suspended_and_loses_nothing_at_any_record()
    {
        const int Suspended = 2;
        const int Resumed = 5;
        var sweep = new CrashSweep
        {
            Register = Register,
            Script =
            [
                host => StartOnceAsync(host, "steered", 0),
                host => host.Client.SuspendInstanceAsync("i", "hold on"),
                host => host.Client.RaiseEventAsync("i", "early", "kept"),
                host => host.Client.RaiseEventAsync("i", "next"),
                host => host.Client.ResumeInstanceAsync("i"),
                host => host.EndOfAsync("i"),
            ],
            OnRestart = async (host, confirmed) =>
            {
                if (confirmed is >= Suspended and < Resumed - 1)
                {
                    Assert.Equal(OrchestrationRuntimeStatus.Suspended, (await host.Client.GetInstanceAsync("i"))!.RuntimeStatus);
                }
            },
            Outcome = async host =>
            {
                var done = await host.EndOfAsync("i");
                return $"{done.RuntimeStatus} {done.ReadOutputAs<string>()} | {done.ReadCustomStatusAs<string>()} | {done.Tags["team"]}";
            },
            Expected = "Completed version 2.0 took kept | round 1 | red",
            Instances = ["i"],
        };
        Assert.InRange(await sweep.RunAsync(), 15, 60);
    }

    [Fact]
    public async Task Terminated_instance_and_its_children_end_as_such_at_any_record()
    {
        const int Terminated = 3;
        var sweep = new CrashSweep
        {
            Register = Register,
            Script =
            [
                host => StartOnceAsync(host, "parent", 0),
                host => host.Client.WaitForInstanceStartAsync("grandchild"),
                host => host.Client.TerminateInstanceAsync("i", new TerminateInstanceOptions("enough", Recursive: true)),
            ],
            OnRestart = async (host, confirmed) =>
            {
                if (confirmed >= Terminated)
                {
                    Assert.Equal(OrchestrationRuntimeStatus.Terminated, (await host.Client.GetInstanceAsync("i"))!.RuntimeStatus);
                }
            },
            Outcome = async host =>
                $"{await StateAsync(host, "i")} {await StateAsync(host, "middle")} {await StateAsync(host, "grandchild")} {await OutputAsync(host)}",
            Expected = "Terminated Terminated Terminated enough",
            Instances = ["grandchild", "i", "middle"],
        };
        Assert.InRange(await sweep.RunAsync(), 8, 40);

        static async Task<OrchestrationRuntimeStatus> StateAsync(LocalDurableHost host, string id) => (await host.EndOfAsync(id)).RuntimeStatus;
    }

    private static async Task StartOnceAsync(LocalDurableHost host, string orchestrator, int input)
    {
        if (await host.Client.GetInstanceAsync("i") is null)
        {
            await host.Client.ScheduleNewOrchestrationInstanceAsync(
                orchestrator, input,
                new StartOrchestrationOptions("i") { Version = "1.0", Tags = new Dictionary<string, string> { ["team"] = "red" } });
        }
    }

    private static async Task<string?> OutputAsync(LocalDurableHost host)
    {
        var done = await host.EndOfAsync("i");
        return done.RuntimeStatus == OrchestrationRuntimeStatus.Failed ? done.FailureDetails?.ToString() : done.ReadOutputAs<string>();
    }

    private static void Register(LocalDurableHostBuilder builder, ConcurrentDictionary<string, int> ran) => builder
        .AddActivity<string, string>("step", (TaskActivityContext context, string input) =>
        {
            ran.AddOrUpdate($"step(\"{input}\")", 1, (_, n) => n + 1);
            return input;
        })
        .AddActivity<string, string>("flaky", (TaskActivityContext context, string input) =>
            ran.AddOrUpdate($"flaky(\"{input}\")", 1, (_, n) => n + 1) > 0 && input == "first" ? throw new TimeoutException("flaky") : input)
        .AddOrchestrator("child", async (TaskOrchestrationContext c, int n) =>
        {
            var a = await c.CallActivityAsync<string>("step", $"child a {n}");
            await c.CreateTimer(TimeSpan.FromMinutes(1), CancellationToken.None);
            await c.CallActivityAsync<string>("step", $"child b {n}");
            return $"child of {n}";
        })
        .AddOrchestrator("main", async (TaskOrchestrationContext c, int round) =>
        {
            c.SetCustomStatus($"round {round}");
            var wide = await Task.WhenAll(Enumerable.Range(0, 3).Select(i => c.CallActivityAsync<string>("step", $"{round}.{i}")));
            var child = await c.CallSubOrchestratorAsync<string>("child", round, new SubOrchestrationOptions(instanceId: "child"));
            await c.CreateTimer(TimeSpan.FromHours(1), CancellationToken.None);
            c.SendEvent(c.InstanceId, "self", 7);
            c.SendEvent(c.InstanceId, "early", round);
            var self = await c.WaitForExternalEvent<int>("self");
            if (round == 1)
            {
                c.ContinueAsNew(2);
                return "never seen";
            }

            // Two events that were not awaited are kept from the first round, each once only.
            var early = await c.WaitForExternalEvent<int>("early") + await c.WaitForExternalEvent<int>("early");
            string retried;
            try
            {
                retried = await c.CallActivityAsync<string>("flaky", "first");
            }
            catch (TaskFailedException)
            {
                retried = await c.CallActivityAsync<string>("flaky", "retried");
            }

            return $"round {round}: {string.Join('+', wide.Select(w => w[2]))} | {child} | timer | self={self} " +
                $"| {(early == 3 ? retried : "early was " + early)}";
        })
        .AddOrchestrator("steered", async (TaskOrchestrationContext c, int round) =>
        {
            c.SetCustomStatus($"round {round}");
            await c.CallActivityAsync<string>("step", $"before {round}");
            await c.CreateTimer(TimeSpan.FromMinutes(1), CancellationToken.None);
            if (round == 0)
            {
                await c.WaitForExternalEvent<string>("next");
                await c.CallActivityAsync<string>("step", "after next");
                c.ContinueAsNew(new ContinueAsNewOptions { NewInput = 1, NewVersion = "2.0" });
                return "never seen";
            }

            var early = await c.WaitForExternalEvent<string>("early");
            await c.CallActivityAsync<string>("step", "last");
            return $"version {c.Version} took {early}";
        })
        .AddOrchestrator("parent", async (TaskOrchestrationContext c, int _) =>
        {
            await c.CallActivityAsync<string>("step", "parent");
            await c.CallSubOrchestratorAsync("middle", options: new SubOrchestrationOptions(instanceId: "middle"));
        })
        .AddOrchestrator("middle", async (TaskOrchestrationContext c) =>
        {
            await c.CallActivityAsync<string>("step", "middle");
            await c.CallSubOrchestratorAsync("grandchild", options: new SubOrchestrationOptions(instanceId: "grandchild"));
        })
        .AddOrchestrator("grandchild", (TaskOrchestrationContext c) => c.WaitForExternalEvent<string>("never"));
}
