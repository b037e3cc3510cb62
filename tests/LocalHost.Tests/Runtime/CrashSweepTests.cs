using System.Collections.Concurrent;
using Microsoft.DurableTask;
using Microsoft.DurableTask.Client;
using Orchestrator.LocalHost.History;
using Orchestrator.LocalHost.Hosting;
using Orchestrator.LocalHost.Journal;
using Orchestrator.Testing;

namespace Orchestrator.LocalHost.Tests.Runtime;

/// <summary>The process dies after its k-th durable record, for every k: the result is the same, and nothing whose end is durable runs again.</summary>
public sealed class CrashSweepTests
{
    private const string Expected = "round 2: 0+1+2 | child of 2 | timer | self=7 | retried";

    [Fact]
    public async Task Crash_after_any_record_changes_nothing_but_the_time()
    {
        var total = await WithoutCrashAsync();
        Assert.InRange(total, 40, 200);
        for (var k = 0; k < total; k++)
        {
            await CrashAfterAsync(k);
        }
    }

    private static async Task<int> WithoutCrashAsync()
    {
        var journal = new JournalDouble(new MemoryJournal());
        var ran = new ConcurrentDictionary<string, int>();
        Assert.Equal(Expected, await FinishAsync(journal, ran));
        Assert.All(ran, once => Assert.Equal(1, once.Value));
        return journal.Appends;
    }

    private static async Task CrashAfterAsync(int k)
    {
        var memory = new MemoryJournal();
        var crashing = new JournalDouble(memory) { CrashAfter = k };
        var ran = new ConcurrentDictionary<string, int>();
        await StartAndCrashAsync(crashing, ran);
        var finished = await FinishedActivitiesAsync(memory);

        ran.Clear();
        var result = await FinishAsync(memory, ran);
        Assert.True(Expected == result, $"After a crash behind record {k}: {result}");
        Assert.True(!ran.Keys.Intersect(finished).Any(), $"After a crash behind record {k} these ran again: {string.Join(", ", ran.Keys.Intersect(finished))}");
        Assert.Equal(["child", "i"], await LiveHistoriesAsync(memory));
    }

    private static async Task StartAndCrashAsync(JournalDouble journal, ConcurrentDictionary<string, int> ran)
    {
        var time = new FakeTimeProvider();
        await using var host = await StartAsync(journal, time, ran);
        var started = host.Client.ScheduleNewOrchestrationInstanceAsync("main", 1, new StartOrchestrationOptions("i"));
        await DriveAsync(time, journal.Crashed);
        _ = started.ContinueWith(static _ => { }, TaskScheduler.Default);
    }

    private static async Task<string?> FinishAsync(IJournal journal, ConcurrentDictionary<string, int> ran)
    {
        var time = new FakeTimeProvider(new DateTimeOffset(2031, 1, 1, 0, 0, 0, TimeSpan.Zero));
        await using var host = await StartAsync(journal, time, ran);
        if (await host.Client.GetInstanceAsync("i") is null)
        {
            await host.Client.ScheduleNewOrchestrationInstanceAsync("main", 1, new StartOrchestrationOptions("i"));
        }

        var end = host.EndOfAsync("i");
        await DriveAsync(time, end);
        var done = await end;
        return done.RuntimeStatus == OrchestrationRuntimeStatus.Completed ? done.ReadOutputAs<string>() : done.FailureDetails?.ToString();
    }

    private static async Task DriveAsync(FakeTimeProvider time, Task until)
    {
        while (!until.IsCompleted)
        {
            await Task.WhenAny(until, time.WhenTimersAsync()).WaitAsync(HostExtensions.Patience);
            time.AdvanceToNextTimer();
        }
    }

    private static async Task<HashSet<string>> FinishedActivitiesAsync(MemoryJournal journal)
    {
        var finished = new HashSet<string>();
        await foreach (var id in journal.ListAsync())
        {
            var scheduled = new Dictionary<int, string>();
            await foreach (var record in journal.ReadAsync(id))
            {
                switch (HistoryEventReader.Read(record.Span))
                {
                    case TaskScheduled call:
                        scheduled.Add(call.Id, $"{call.Name}({call.Input})");
                        break;
                    case TaskCompleted done:
                        finished.Add(scheduled[done.Id]);
                        break;
                }
            }
        }

        return finished;
    }

    private static async Task<List<string>> LiveHistoriesAsync(MemoryJournal journal)
    {
        var ids = new List<string>();
        await foreach (var id in journal.ListAsync())
        {
            ids.Add(id.InstanceId);
        }

        ids.Sort(StringComparer.Ordinal);
        return ids;
    }

    private static Task<LocalDurableHost> StartAsync(IJournal journal, TimeProvider time, ConcurrentDictionary<string, int> ran) => LocalDurableHost.StartAsync(b =>
    {
        b.Journal = journal;
        b.TimeProvider = time;
        Register(b, ran);
    });

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

            // Two events that nobody took came over from the first round, and each once only.
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

            return $"round {round}: {string.Join('+', wide.Select(w => w[2]))} | {child} | timer | self={self} | {(early == 3 ? retried : "early was " + early)}";
        });
}
