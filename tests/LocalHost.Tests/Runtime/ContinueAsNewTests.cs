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

    /// <summary>
    /// Without the timer it is true of every engine (tests/Conformance); with it the sidecar there loses the events that a round keeps while it
    /// waits.
    /// </summary>
    [Fact]
    public async Task One_event_a_round_loses_none_with_timers_between()
    {
        var time = new SteppedTimeProvider();
        await using var host = await LocalDurableHost.StartAsync(b =>
        {
            b.TimeProvider = time;
            b.AddOrchestrator("o", async (TaskOrchestrationContext c, int[] seen) =>
            {
                seen = [.. seen, await c.WaitForExternalEvent<int>("e")];
                await c.CreateTimer(TimeSpan.FromSeconds(1), CancellationToken.None);
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

    /// <summary>Few instances and rounds are run on every engine (tests/Conformance); so many take 13 s on Azurite.</summary>
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
    public async Task Next_host_goes_on_with_the_newest_execution_and_drops_older_histories()
    {
        var time = TimeProvider.System.GetUtcNow().UtcDateTime;
        await _journal.AppendAsync(new JournalId("i", 0), 0, HistoryEventWriter.Write(new ExecutionStarted(time, "o", "0", time)));
        await _journal.AppendAsync(
            new JournalId("i", 1), 0,
            HistoryEventWriter.Write(new ExecutionStarted(time, "o", "1", time) { CarriedEvents = [new EventRaised(time, "e", "\"carried\"")] }));
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
