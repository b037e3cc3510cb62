using Microsoft.DurableTask;
using Orchestrator.LocalHost.Journal;
using Orchestrator.Testing;

namespace Orchestrator.LocalHost.Tests.Documentation;

/// <summary>The examples of docs/local-runtime.md, which are compared with this file.</summary>
public sealed class ReminderTests
{
    [Fact]
    public async Task First_example_doubles() => Assert.Equal(42, await DoubleAsync());

    [Fact]
    public async Task Reminder_is_sent_after_a_day_without_an_answer()
    {
        var clock = new SteppedTimeProvider();
        var sent = new List<string>();
        await using var host = await LocalDurableHost.StartAsync(b =>
        {
            b.TimeProvider = clock;
            b.AddOrchestrator<string, string>("Remind", RemindAsync);
            b.AddActivity("Send", (TaskActivityContext _, string address) => sent.Add(address));
        });

        var id = await host.Client.ScheduleNewOrchestrationInstanceAsync("Remind", "ada@example.org");
        await clock.WhenTimersAsync(); // the orchestrator is waiting now
        clock.Advance(TimeSpan.FromDays(1)); // takes no time
        var end = await host.Client.WaitForInstanceCompletionAsync(id, getInputsAndOutputs: true);

        Assert.Equal("reminded", end.ReadOutputAs<string>());
        Assert.Equal(["ada@example.org"], sent);
    }

    [Fact]
    public async Task Answer_counts_even_when_the_process_was_restarted_before_it_came()
    {
        var journal = new MemoryJournal();
        Task<LocalDurableHost> StartAsync() => LocalDurableHost.StartAsync(b =>
        {
            b.Journal = journal;
            b.AddOrchestrator<string, string>("Remind", RemindAsync);
            b.AddActivity("Send", (TaskActivityContext _, string address) => throw new InvalidOperationException("must not be sent"));
        });

        string id;
        await using (var first = await StartAsync())
        {
            id = await first.Client.ScheduleNewOrchestrationInstanceAsync("Remind", "ada@example.org");
        }

        await using var second = await StartAsync(); // the instance goes on by itself
        await second.Client.RaiseEventAsync(id, "Answer", "yes");
        var end = await second.Client.WaitForInstanceCompletionAsync(id, getInputsAndOutputs: true);
        Assert.Equal("answered: yes", end.ReadOutputAs<string>());
    }

    private static async Task<string> RemindAsync(TaskOrchestrationContext context, string address)
    {
        try
        {
            return "answered: " + await context.WaitForExternalEvent<string>("Answer", TimeSpan.FromDays(1));
        }
        catch (OperationCanceledException)
        {
            await context.CallActivityAsync("Send", address);
            return "reminded";
        }
    }

    private static async Task<int> DoubleAsync()
    {
        await using var host = await LocalDurableHost.StartAsync(b => b
            .AddOrchestrator<int, int>("Double", (TaskOrchestrationContext context, int number) => context.CallActivityAsync<int>("Add", number))
            .AddActivity<int, int>("Add", (TaskActivityContext context, int number) => number + number));

        var id = await host.Client.ScheduleNewOrchestrationInstanceAsync("Double", 21);
        var end = await host.Client.WaitForInstanceCompletionAsync(id, getInputsAndOutputs: true);
        var doubled = end.ReadOutputAs<int>(); // 42
        return doubled;
    }
}
