using Microsoft.DurableTask;
using Microsoft.DurableTask.Client;
using Orchestrator.LocalHost.History;
using Orchestrator.LocalHost.Journal;
using Orchestrator.Testing;

namespace Orchestrator.LocalHost.Tests.Runtime;

public sealed class ContinueAsNewTests
{
    private readonly MemoryJournal _journal = new();

    [Fact]
    public async Task Many_rounds_leave_one_short_history()
    {
        await using var host = await LocalDurableHost.StartAsync(b =>
        {
            b.Journal = _journal;
            b.AddActivity<int, int>("a", (TaskActivityContext _, int n) => n + 1);
            b.AddOrchestrator("o", async (TaskOrchestrationContext c, int n) =>
            {
                c.SetCustomStatus(n);
                var next = await c.CallActivityAsync<int>("a", n);
                if (next < 200)
                {
                    c.ContinueAsNew(next);
                }

                return next;
            });
        });
        var done = await host.RunAsync("o", 0, "i");
        Assert.Equal((200, 199, 199), (done.ReadOutputAs<int>(), done.ReadInputAs<int>(), done.ReadCustomStatusAs<int>()));
        Assert.Equal(5, (await host.ReadHistoryAsync("i").ToListAsync()).Count);
        Assert.Single(await _journal.ListAsync().ToListAsync());
    }

    [Theory]
    [InlineData(true, "a,b,c")]
    [InlineData(false, "c")]
    public async Task Events_nobody_took_are_carried_over_unless_that_is_not_wanted(bool preserve, string taken)
    {
        var go = new TaskCompletionSource();
        await using var host = await LocalDurableHost.StartAsync(b =>
        {
            b.AddActivity("wait", _ => go.Task);
            b.AddOrchestrator("o", async (TaskOrchestrationContext c, int round) =>
            {
                if (round == 0)
                {
                    await c.CallActivityAsync("wait");
                    c.ContinueAsNew(1, preserve);
                    return string.Empty;
                }

                var all = new List<string>();
                while (!all.Contains("c"))
                {
                    all.Add(await c.WaitForExternalEvent<string>("e"));
                }

                return string.Join(',', all);
            });
        });
        await host.Client.ScheduleNewOrchestrationInstanceAsync("o", 0, new StartOrchestrationOptions("i"));
        await host.Client.RaiseEventAsync("i", "e", "a");
        await host.Client.RaiseEventAsync("i", "e", "b");
        go.SetResult();
        while ((await host.Client.GetInstanceAsync("i", getInputsAndOutputs: true))!.ReadInputAs<int>() == 0)
        {
            await Task.Yield();
        }

        await host.Client.RaiseEventAsync("i", "e", "c");
        Assert.Equal(taken, (await host.EndOfAsync("i")).ReadOutputAs<string>());
    }

    [Theory]
    [InlineData(true, "next: early, late")]
    [InlineData(false, "next: late")]
    public async Task Event_that_comes_after_the_call_is_the_next_executions_whoever_waits(bool preserve, string result)
    {
        var go = new TaskCompletionSource();
        await using var host = await LocalDurableHost.StartAsync(b => b
            .AddActivity("wait", _ => go.Task)
            .AddOrchestrator("o", async (TaskOrchestrationContext c, int round) =>
            {
                if (round == 0)
                {
                    var waits = c.WaitForExternalEvent<string>("e");
                    await c.WaitForExternalEvent<string>("continue");
                    c.ContinueAsNew(1, preserve);
                    await c.CallActivityAsync("wait");
                    return waits.IsCompleted ? "this: " + await waits : "never seen";
                }

                return "next: " + (preserve ? await c.WaitForExternalEvent<string>("f") + ", " : string.Empty) + await c.WaitForExternalEvent<string>("e");
            }));
        await host.Client.ScheduleNewOrchestrationInstanceAsync("o", 0, new StartOrchestrationOptions("i"));
        await host.Client.RaiseEventAsync("i", "f", "early");
        await host.Client.RaiseEventAsync("i", "continue");
        await host.Client.RaiseEventAsync("i", "e", "late");
        go.SetResult();
        Assert.Equal(result, (await host.EndOfAsync("i")).ReadOutputAs<string>());
    }

    [Theory]
    [InlineData(true)]
    [InlineData(false)]
    public async Task One_event_a_round_loses_none_with_timers_between_or_without(bool timers)
    {
        var time = new SteppedTimeProvider();
        await using var host = await LocalDurableHost.StartAsync(b =>
        {
            b.TimeProvider = time;
            b.AddOrchestrator("o", async (TaskOrchestrationContext c, int[] seen) =>
            {
                seen = [.. seen, await c.WaitForExternalEvent<int>("e")];
                if (timers)
                {
                    await c.CreateTimer(TimeSpan.FromSeconds(1), CancellationToken.None);
                }

                if (seen.Length < 10)
                {
                    c.ContinueAsNew(seen);
                }

                return seen;
            });
        });
        await host.Client.ScheduleNewOrchestrationInstanceAsync("o", Array.Empty<int>(), new StartOrchestrationOptions("i"));
        await Task.WhenAll(Enumerable.Range(0, 10).Select(i => host.Client.RaiseEventAsync("i", "e", i)));
        Assert.Equal(Enumerable.Range(0, 10), (await FinishAsync(host, time, ["i"]))[0].ReadOutputAs<int[]>()!.Order());
    }

    [Theory]
    [InlineData(1, 8)]
    [InlineData(20, 3)]
    public async Task Rounds_of_activities_and_a_timer_end_for_every_instance(int instances, int rounds)
    {
        var time = new SteppedTimeProvider();
        await using var host = await LocalDurableHost.StartAsync(b =>
        {
            b.TimeProvider = time;
            b.AddActivity("add", (int n) => n + 1);
            b.AddOrchestrator("o", async (TaskOrchestrationContext c, int n) =>
            {
                var added = await Task.WhenAll(Enumerable.Range(0, 3).Select(_ => c.CallActivityAsync<int>("add", n)));
                await c.CreateTimer(TimeSpan.FromSeconds(1), CancellationToken.None);
                if (added[2] < rounds)
                {
                    c.ContinueAsNew(added[2]);
                }

                return added.Sum();
            });
        });
        var ids = Enumerable.Range(0, instances).Select(i => $"i{i}").ToArray();
        await Task.WhenAll(ids.Select(id => host.Client.ScheduleNewOrchestrationInstanceAsync("o", 0, new StartOrchestrationOptions(id))));
        Assert.All(await FinishAsync(host, time, ids), done => Assert.Equal(3 * rounds, done.ReadOutputAs<int>()));
    }

    [Fact]
    public async Task New_version_tags_and_creation_time_go_over()
    {
        await using var host = await LocalDurableHost.StartAsync(b => b.AddOrchestrator("o", (TaskOrchestrationContext c) =>
        {
            if (c.Version == "1")
            {
                c.ContinueAsNew(new ContinueAsNewOptions { NewVersion = "2" });
            }

            return Task.FromResult(c.Version);
        }));
        await host.Client.ScheduleNewOrchestrationInstanceAsync("o", null, new StartOrchestrationOptions("i") { Version = "1", Tags = new Dictionary<string, string> { ["t"] = "v" } });
        var done = await host.EndOfAsync("i");
        Assert.Equal(("2", "v"), (done.ReadOutputAs<string>(), done.Tags["t"]));
    }

    [Fact]
    public async Task Child_that_continues_as_new_answers_its_parent_at_the_end()
    {
        await using var host = await LocalDurableHost.StartAsync(b => b
            .AddOrchestrator("parent", async (TaskOrchestrationContext c) => await c.CallSubOrchestratorAsync<int>("child", 0))
            .AddOrchestrator("child", (TaskOrchestrationContext c, int n) =>
            {
                if (n < 5)
                {
                    c.ContinueAsNew(n + 1);
                }

                return n;
            }));
        Assert.Equal(5, (await host.RunAsync("parent")).ReadOutputAs<int>());
    }

    [Fact]
    public async Task Failure_wins_over_continuing()
    {
        await using var host = await LocalDurableHost.StartAsync(b => b.AddOrchestrator("o", Task (TaskOrchestrationContext c) =>
        {
            c.ContinueAsNew();
            throw new InvalidOperationException("no");
        }));
        Assert.Equal(OrchestrationRuntimeStatus.Failed, (await host.RunAsync("o")).RuntimeStatus);
    }

    [Fact]
    public async Task Next_host_goes_on_with_the_newest_execution_and_drops_older_histories()
    {
        var time = TimeProvider.System.GetUtcNow().UtcDateTime;
        await _journal.AppendAsync(new JournalId("i", 0), 0, HistoryEventWriter.Write(new ExecutionStarted(time, "o", "0", time)));
        await _journal.AppendAsync(new JournalId("i", 1), 0, HistoryEventWriter.Write(new ExecutionStarted(time, "o", "1", time) { CarriedEvents = [new EventRaised(time, "e", "\"carried\"")] }));
        await using var host = await LocalDurableHost.StartAsync(b =>
        {
            b.Journal = _journal;
            b.AddOrchestrator("o", async (TaskOrchestrationContext c, int n) => $"{n} {await c.WaitForExternalEvent<string>("e")}");
        });
        Assert.Equal("1 carried", (await host.EndOfAsync("i")).ReadOutputAs<string>());
        Assert.Equal([new JournalId("i", 1)], await _journal.ListAsync().ToListAsync());
    }

    private static async Task<OrchestrationMetadata[]> FinishAsync(LocalDurableHost host, SteppedTimeProvider time, string[] ids)
    {
        var ends = Task.WhenAll(ids.Select(host.EndOfAsync));
        while (!ends.IsCompleted)
        {
            await Task.WhenAny(ends, time.WhenTimersAsync()).WaitAsync(HostExtensions.Patience);
            time.AdvanceToNextTimer();
        }

        return await ends;
    }
}
