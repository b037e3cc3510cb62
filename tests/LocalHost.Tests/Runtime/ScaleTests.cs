using Microsoft.DurableTask;
using Orchestrator.LocalHost.Journal;

namespace Orchestrator.LocalHost.Tests.Runtime;

/// <summary>Work grows with the number of steps and not faster; the stack does not grow at all. Counted, not timed.</summary>
public sealed class ScaleTests : IDisposable
{
    private const int Steps = 20_000;

    private readonly SmallStackThread _thread = new();
    private readonly MemoryJournal _memory = new();

    public void Dispose() => _thread.Dispose();

    [Theory]
    [InlineData("chain")]
    [InlineData("wide")]
    public async Task Many_steps_take_two_records_each_and_a_restart_reads_each_once(string shape)
    {
        var ran = 0;
        var all = new TaskCompletionSource(TaskCreationOptions.RunContinuationsAsynchronously);
        var gate = new TaskCompletionSource();
        void Count()
        {
            if (Interlocked.Increment(ref ran) == Steps)
            {
                all.SetResult();
            }
        }

        var journal = new JournalDouble(_memory);
        await using (var host = await StartAsync(journal, Count, gate.Task))
        {
            await host.Client.ScheduleNewOrchestrationInstanceAsync(shape, Steps, new StartOrchestrationOptions("i"));
            await host.Client.RaiseEventAsync("i", "go");
            await all.Task.WaitAsync(HostExtensions.Patience);
        }

        Assert.Equal(Steps, ran);
        var records = journal.Records;
        Assert.InRange(records, 2 * Steps, (2 * Steps) + 4);

        var second = new JournalDouble(_memory);
        await using var again = await StartAsync(second, Count, Task.CompletedTask);
        Assert.Equal(Steps, (await again.EndOfAsync("i")).ReadOutputAs<int>());
        Assert.Equal(Steps, ran);
        Assert.Equal(records, second.RecordsRead);
        Assert.InRange(second.Records, 1, 4);
    }

    [Theory]
    [InlineData("cascade")]
    [InlineData("cascade-in-one-turn")]
    public async Task Cascade_of_completions_does_not_grow_the_stack(string orchestrator)
    {
        await using var host = await StartAsync(_memory, () => { }, Task.CompletedTask);
        Assert.Equal(Steps, (await host.RunAsync(orchestrator, Steps)).ReadOutputAs<int>());
    }

    private Task<LocalDurableHost> StartAsync(IJournal journal, Action ran, Task gate) => LocalDurableHost.StartAsync(b =>
    {
        b.Journal = journal;
        b.PumpScheduler = _thread.Schedule;
        Register(b, ran, gate);
    });

    private static void Register(LocalDurableHostBuilder builder, Action ran, Task gate) => builder
        .AddActivity<int, int>("a", (TaskActivityContext _, int _) =>
        {
            ran();
            return 1;
        })
        .AddActivity("gate", _ => gate)
        .AddOrchestrator("chain", async (TaskOrchestrationContext c, int n) =>
        {
            await c.WaitForExternalEvent<string>("go");
            var sum = 0;
            for (var i = 0; i < n; i++)
            {
                sum += await c.CallActivityAsync<int>("a", i);
            }

            await c.CallActivityAsync("gate");
            return sum;
        })
        .AddOrchestrator("wide", async (TaskOrchestrationContext c, int n) =>
        {
            await c.WaitForExternalEvent<string>("go");
            var all = await Task.WhenAll(Enumerable.Range(0, n).Select(i => c.CallActivityAsync<int>("a", i)));
            await c.CallActivityAsync("gate");
            return all.Sum();
        })
        .AddOrchestrator("cascade", async (TaskOrchestrationContext c, int n) =>
        {
            var done = Links(n, out var first);
            await c.CallActivityAsync<int>("a", 0);
            first.SetResult(0);
            return await done;
        })
        .AddOrchestrator("cascade-in-one-turn", async (TaskOrchestrationContext c, int n) =>
        {
            await c.CallActivityAsync<int>("a", 0);
            var done = Links(n, out var first);
            first.SetResult(0);
            return await done;
        });

    private static Task<int> Links(int count, out TaskCompletionSource<int> first)
    {
        first = new TaskCompletionSource<int>();
        var last = first.Task;
        for (var i = 0; i < count; i++)
        {
            last = LinkAsync(last);
        }

        return last;

        static async Task<int> LinkAsync(Task<int> before) => await before + 1;
    }
}
