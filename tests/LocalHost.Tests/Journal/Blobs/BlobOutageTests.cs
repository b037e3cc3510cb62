using Microsoft.DurableTask;
using Microsoft.DurableTask.Client;
using Orchestrator.LocalHost.Journal;
using Orchestrator.LocalHost.Journal.Blobs;
using Orchestrator.Testing;
using Orchestrator.Testing.Azurite;

namespace Orchestrator.LocalHost.Tests.Journal.Blobs;

/// <summary>The storage account is unavailable for a while.</summary>
[NeedsAzurite]
public sealed class BlobOutageTests
{
    [SuiteFact]
    public async Task Orchestration_continues_when_the_account_responds_again()
    {
        await using var server = await AzuriteServer.NewAsync();
        var container = TestContainer.Of(server, TestContainer.NewName());
        var half = new TaskCompletionSource(TaskCreationOptions.RunContinuationsAsynchronously);
        var goOn = new TaskCompletionSource(TaskCreationOptions.RunContinuationsAsynchronously);
        await using (var host = await StartAsync(container, half, goOn.Task))
        {
            await host.Client.ScheduleNewOrchestrationInstanceAsync("chain", new StartOrchestrationOptions("a"));
            await half.Task.WaitAsync(HostExtensions.Patience);
            await server.StopAsync();
            goOn.SetResult();
            var pause = host.Client.SuspendInstanceAsync("a", "recorded when the account is back");
            Assert.False(pause.IsCompleted);
            await server.StartAsync();
            await pause.WaitAsync(HostExtensions.Patience);
            await host.Client.ResumeInstanceAsync("a");
            Assert.Equal(45, (await host.EndOfAsync("a")).ReadOutputAs<int>());
        }

        await using var next = await StartAsync(container, half, goOn.Task);
        Assert.Empty(next.RefusedInstances);
        Assert.Equal(OrchestrationRuntimeStatus.Completed, (await next.Client.GetInstanceAsync("a"))!.RuntimeStatus);
    }

    [SuiteFact]
    public async Task Patience_ends_with_an_error_that_names_account_and_container()
    {
        await using var server = await AzuriteServer.NewAsync();
        var time = new SteppedTimeProvider();
        var name = TestContainer.NewName();
        await using var journal =
            await BlobJournal.OpenAsync(TestContainer.Of(server, name), time, new BlobJournalOptions { Patience = TimeSpan.FromSeconds(10) });
        await journal.AppendAsync(new JournalId("a", 0), 0, "1"u8.ToArray());
        await server.StopAsync();
        var append = journal.AppendAsync(new JournalId("a", 0), 1, "2"u8.ToArray());
        while (!append.IsCompleted)
        {
            // One timer renews the lease, the other paces the retries.
            await Task.WhenAny(append, time.WhenTimersAsync(2)).WaitAsync(HostExtensions.Patience);
            time.AdvanceToNextTimer();
        }

        var error = await Assert.ThrowsAsync<JournalException>(() => append);
        Assert.Contains("the account 'devstoreaccount1' did not answer for 0:00:10", error.Message, StringComparison.Ordinal);
        Assert.Contains($"(container '{name}')", error.Message, StringComparison.Ordinal);
        Assert.DoesNotContain(AzuriteServer.AccountKey, error.ToString(), StringComparison.Ordinal);
    }

    [SuiteFact]
    public async Task Nothing_is_sent_while_the_lease_is_uncertain_and_a_late_renewal_sends_what_waited()
    {
        var time = new SteppedTimeProvider();
        using var network = new WatchedTransport();
        var container = TestContainer.Of(await AzuriteServer.SharedAsync(), TestContainer.NewName(), network);
        await using var journal = await BlobJournal.OpenAsync(container, time);
        await journal.AppendAsync(new JournalId("a", 0), 0, "1"u8.ToArray());

        var asked = new TaskCompletionSource(TaskCreationOptions.RunContinuationsAsynchronously);
        network.BeforeLease = cancellation =>
        {
            asked.TrySetResult();
            return Task.Delay(Timeout.InfiniteTimeSpan, time, cancellation);
        };
        await time.WhenTimersAsync().WaitAsync(HostExtensions.Patience);
        time.Advance(BlobOwnership.Term / 3);
        await asked.Task.WaitAsync(HostExtensions.Patience);
        time.Advance(BlobOwnership.Term / 2);
        var append = journal.AppendAsync(new JournalId("a", 0), 1, "2"u8.ToArray());
        await time.WhenTimersAsync().WaitAsync(HostExtensions.Patience);
        Assert.Equal(1, network.Appends);
        Assert.False(append.IsCompleted);

        network.BeforeLease = _ => Task.CompletedTask;
        time.Advance(TimeSpan.FromSeconds(2));
        await append.WaitAsync(HostExtensions.Patience);
        Assert.Equal(2, network.Appends);
        Assert.False(journal.Lost.IsCompleted);
    }

    private static async Task<LocalDurableHost> StartAsync(Azure.Storage.Blobs.BlobContainerClient container, TaskCompletionSource half, Task goOn)
    {
        var journal = await BlobJournal.OpenAsync(container);
        return await LocalDurableHost.StartAsync(b =>
        {
            b.Journal = journal;
            b.AddActivity<int, int>("step", async (TaskActivityContext _, int i) =>
            {
                if (i == 5)
                {
                    half.TrySetResult();
                    await goOn;
                }

                return i;
            });
            b.AddOrchestrator("chain", async (TaskOrchestrationContext c) =>
            {
                var sum = 0;
                for (var i = 0; i < 10; i++)
                {
                    sum += await c.CallActivityAsync<int>("step", i);
                }

                return sum;
            });
        });
    }
}
