using Microsoft.DurableTask;
using Orchestrator.LocalHost.Journal;

namespace Orchestrator.LocalHost.Tests.Runtime;

/// <summary>
/// Twice the work costs about twice as much, live and after a restart. Counted, not timed: records, pumps, and the bytes that pumps allocate.
/// </summary>
public sealed class GrowthTests : IDisposable
{
    private const int Steps = 1_000;
    private const double Most = 2.2;

    private readonly SmallStackThread _thread = new();

    public void Dispose() => _thread.Dispose();

    [Theory]
    [InlineData("chain")]
    [InlineData("wide")]
    [InlineData("children")]
    [InlineData("timers")]
    [InlineData("events")]
    [InlineData("backlog")]
    [InlineData("generations")]
    [InlineData("instances")]
    public async Task Twice_the_work_costs_at_most_a_little_more_than_twice(string shape)
    {
        // The first run pays for compiled code and buffers, which are not growth.
        await MeasureAsync(shape, 50);
        var (half, whole) = (await MeasureAsync(shape, Steps), await MeasureAsync(shape, 2 * Steps));
        foreach (var (live, doubled) in ((Cost, Cost)[])[(half.Live, whole.Live), (half.Again, whole.Again)])
        {
            // One for the records that every history has: its start, and the event that ends it.
            Assert.InRange(doubled.Records, 0, (Most * live.Records) + 1);
            Assert.InRange(doubled.Bytes, 0, Most * live.Bytes);
        }

        // How many events one pump handles depends on timing; there are never more pumps than events.
        Assert.InRange(whole.Live.Pumps, 1, whole.Live.Records + (3 * whole.Instances));
        Assert.InRange(whole.Again.Pumps, 1, 3 * whole.Instances);
    }

    private async Task<Growth> MeasureAsync(string shape, int count)
    {
        var memory = new MemoryJournal();
        var instances = shape == "instances" ? count : 1;
        string[] ids = [.. Enumerable.Range(0, instances).Select(i => $"i{i}")];
        var journal = new JournalDouble(memory);
        var live = await CountAsync(journal, instances, host => StartAsync(host, shape, ids, count)) with { Records = journal.Records };

        var second = new JournalDouble(memory);
        var again = await CountAsync(second, instances, _ => Task.CompletedTask);
        Assert.Equal(0, second.Records);

        await using var last = await HostAsync(memory, () => { });
        await last.Client.RaiseEventAsync(ids[^1], "end");
        var expected = shape switch { "instances" => 1, "generations" => 0, _ => count };
        Assert.Equal(expected, (await last.EndOfAsync(ids[^1])).ReadOutputAs<int>());
        return new Growth(live, again with { Records = second.RecordsRead }, instances);
    }

    private static async Task StartAsync(LocalDurableHost host, string shape, string[] ids, int count)
    {
        await Task.WhenAll(ids.Select(id =>
            host.Client.ScheduleNewOrchestrationInstanceAsync(
                shape == "instances" ? "chain" : shape, ids.Length > 1 ? 1 : count, new StartOrchestrationOptions(id))));
        if (shape is "events" or "backlog")
        {
            await Task.WhenAll(Enumerable.Range(0, count).Select(_ => host.Client.RaiseEventAsync(ids[0], "one")));
            await host.Client.RaiseEventAsync(ids[0], "go");
        }
    }

    private async Task<Cost> CountAsync(IJournal journal, int instances, Func<LocalDurableHost, Task> start)
    {
        var missing = instances;
        var all = new TaskCompletionSource(TaskCreationOptions.RunContinuationsAsynchronously);
        var (pumps, bytes) = (_thread.Runs, _thread.AllocatedBytes);
        await using (var host = await HostAsync(journal, Arrived))
        {
            await start(host);
            await all.Task.WaitAsync(HostExtensions.Patience);
        }

        return new Cost(0, _thread.Runs - pumps, _thread.AllocatedBytes - bytes);

        void Arrived()
        {
            if (Interlocked.Decrement(ref missing) == 0)
            {
                all.SetResult();
            }
        }
    }

    private Task<LocalDurableHost> HostAsync(IJournal journal, Action arrived) => LocalDurableHost.StartAsync(b =>
    {
        b.Journal = journal;
        b.PumpScheduler = _thread.Schedule;
        b.AddActivity<int, int>("one", (TaskActivityContext _, int _) => 1);
        b.AddOrchestrator("child", (TaskOrchestrationContext _, int _) => Task.FromResult(1));
        Add(b, "chain", arrived, (c, _) => c.CallActivityAsync<int>("one", 0));
        Add(b, "events", arrived, (c, _) => OneAsync(c.WaitForExternalEvent<string>("one")));
        AddAtOnce(b, "wide", arrived, (c, _) => c.CallActivityAsync<int>("one", 0));
        AddAtOnce(
            b, "children", arrived, (c, i) => c.CallSubOrchestratorAsync<int>("child", 0, new SubOrchestrationOptions { InstanceId = $"child{i}" }));
        AddAtOnce(b, "timers", arrived, (c, _) => OneAsync(c.CreateTimer(c.CurrentUtcDateTime, CancellationToken.None)));
        b.AddOrchestrator("backlog", async (TaskOrchestrationContext c, int n) =>
        {
            await c.WaitForExternalEvent<string>("go");
            return await OneByOneAsync(c, n, (context, _) => OneAsync(context.WaitForExternalEvent<string>("one")), arrived);
        });
        b.AddOrchestrator("generations", async (TaskOrchestrationContext c, int n) =>
        {
            if (n == 0)
            {
                return await EndAsync(c, n, arrived);
            }

            c.ContinueAsNew(n - await c.CallActivityAsync<int>("one", 0));
            return n;
        });
    });

    private static void Add(LocalDurableHostBuilder builder, string shape, Action arrived, Func<TaskOrchestrationContext, int, Task<int>> one) =>
        builder.AddOrchestrator(shape, (TaskOrchestrationContext c, int n) => OneByOneAsync(c, n, one, arrived));

    private static void AddAtOnce(
        LocalDurableHostBuilder builder, string shape, Action arrived, Func<TaskOrchestrationContext, int, Task<int>> one) =>
        builder.AddOrchestrator(shape, async (TaskOrchestrationContext c, int n) =>
            await EndAsync(c, (await Task.WhenAll(Enumerable.Range(0, n).Select(i => one(c, i)))).Sum(), arrived));

    private static async Task<int> OneByOneAsync(
        TaskOrchestrationContext context, int count, Func<TaskOrchestrationContext, int, Task<int>> one, Action arrived)
    {
        var sum = 0;
        for (var i = 0; i < count; i++)
        {
            sum += await one(context, i);
        }

        return await EndAsync(context, sum, arrived);
    }

    private static async Task<int> EndAsync(TaskOrchestrationContext context, int result, Action arrived)
    {
        arrived();
        await context.WaitForExternalEvent<string>("end");
        return result;
    }

    private static async Task<int> OneAsync(Task done)
    {
        await done;
        return 1;
    }

    private sealed record Cost(int Records, int Pumps, long Bytes);

    private sealed record Growth(Cost Live, Cost Again, int Instances);
}
