using Azure.Storage.Blobs;
using Azure.Storage.Blobs.Models;
using Azure.Storage.Blobs.Specialized;
using Microsoft.DurableTask;
using Orchestrator.LocalHost.Functions;
using Orchestrator.LocalHost.Journal;
using Orchestrator.LocalHost.Journal.Blobs;
using Orchestrator.Testing;
using Orchestrator.Testing.Azurite;

namespace Orchestrator.LocalHost.Tests.Journal.Blobs;

[NeedsAzurite]
public sealed class BlobOwnershipTests
{
    private readonly string _container = TestContainer.NewName();
    private readonly SteppedTimeProvider _time = new();

    [SuiteFact]
    public async Task Second_owner_is_refused_with_the_name_of_the_first_and_accepted_after_it()
    {
        var container = await ContainerAsync();
        var first = await BlobJournal.OpenAsync(container, _time);
        var error = await Assert.ThrowsAsync<JournalException>(() => BlobJournal.OpenAsync(container, _time));
        Assert.Equal(
            $"The journal 'devstoreaccount1/{_container}/journal' is in use by process {Environment.ProcessId} on host '{Environment.MachineName}' "
            + "since 2030-01-01 00:00:00Z. One process owns a journal: stop that process, or choose another container. "
            + "If it is gone already, the journal is free at 2030-01-01 00:01:00Z at the latest.",
            error.Message);
        await first.DisposeAsync();
        await using var second = await BlobJournal.OpenAsync(container, _time);
    }

    [SuiteFact]
    public async Task Two_hosts_over_one_container_are_one_host_and_one_refusal()
    {
        var container = await ContainerAsync();
        await container.CreateAsync();
        var opened = await Task.WhenAll(Enumerable.Range(0, 4).Select(async _ =>
        {
            try
            {
                return (Journal: await BlobJournal.OpenAsync(container), Error: (JournalException?)null);
            }
            catch (JournalException refused)
            {
                return (Journal: (BlobJournal?)null, Error: refused);
            }
        }));
        await using var winner = Assert.Single(opened, one => one.Journal is not null).Journal!;
        Assert.All(opened.Where(one => one.Error is not null), one => Assert.Contains("is in use by", one.Error!.Message, StringComparison.Ordinal));
    }

    [SuiteFact]
    public async Task Lease_of_an_ended_process_of_this_host_is_broken()
    {
        var container = await LeaseOfAsync(new JournalOwner(int.MaxValue, Environment.MachineName, _time.GetUtcNow()));
        await using var journal = await BlobJournal.OpenAsync(container, _time);
        await journal.AppendAsync(new JournalId("a", 0), 0, "1"u8.ToArray());
    }

    /// <summary>
    /// The process that has the number may be the owner or a later one, and a clock that was set makes start times useless: a wait of a minute costs
    /// less than two owners (decision 0013). Only a number that no process has is certain, see the test above.
    /// </summary>
    [SuiteFact]
    public async Task Lease_of_a_process_whose_id_another_process_has_is_respected_until_that_ends()
    {
        var container = await LeaseOfAsync(new JournalOwner(Environment.ProcessId, Environment.MachineName, DateTimeOffset.UnixEpoch));
        var error = await Assert.ThrowsAsync<JournalException>(() => BlobJournal.OpenAsync(container, _time));
        Assert.Contains("the journal is free at", error.Message, StringComparison.Ordinal);
    }

    [SuiteFact]
    public async Task Lease_of_another_host_is_respected_while_it_lives()
    {
        var container = await LeaseOfAsync(new JournalOwner(int.MaxValue, "elsewhere", _time.GetUtcNow()));
        var error = await Assert.ThrowsAsync<JournalException>(() => BlobJournal.OpenAsync(container, _time));
        Assert.Contains($"process {int.MaxValue} on host 'elsewhere'", error.Message, StringComparison.Ordinal);
    }

    [SuiteFact]
    public async Task Lease_is_renewed_at_a_third_of_its_term()
    {
        await using var journal = await BlobJournal.OpenAsync(await ContainerAsync(), _time);
        for (var i = 0; i < 10; i++)
        {
            await RenewAsync();
            await journal.AppendAsync(new JournalId("a", 0), i, "1"u8.ToArray()).WaitAsync(HostExtensions.Patience);
        }

        Assert.False(journal.Lost.IsCompleted);
    }

    [SuiteFact]
    public async Task Lost_lease_stops_the_instances_and_nothing_is_written_after()
    {
        var container = await ContainerAsync();
        var journal = await BlobJournal.OpenAsync(container, _time);
        var begun = new TaskCompletionSource(TaskCreationOptions.RunContinuationsAsynchronously);
        await using var host = await LocalDurableHost.StartAsync(b =>
        {
            b.Journal = journal;
            b.TimeProvider = _time;
            b.AddActivity<string, string>("endless", async (TaskActivityContext c, string text) =>
            {
                begun.TrySetResult();
                await Task.Delay(Timeout.InfiniteTimeSpan, TimeProvider.System, ((ActivityInvocation)c).CancellationToken);
                return text;
            });
            b.AddOrchestrator("one", async (TaskOrchestrationContext c) => await c.CallActivityAsync<string>("endless", "x"));
            b.AddOrchestrator("other", async (TaskOrchestrationContext c) => await c.WaitForExternalEvent<string>("e"));
        });
        await host.Client.ScheduleNewOrchestrationInstanceAsync("one", new StartOrchestrationOptions("a"));
        await host.Client.ScheduleNewOrchestrationInstanceAsync("other", new StartOrchestrationOptions("b"));
        await begun.Task.WaitAsync(HostExtensions.Patience);
        var waiting = host.Client.WaitForInstanceCompletionAsync("b", CancellationToken.None);

        await container.GetBlobClient("journal/owner").GetBlobLeaseClient().BreakAsync(TimeSpan.Zero);
        var before = await ContentsAsync(container);
        await RenewAsync(expectsRenewal: false);
        var lost = await journal.Lost.WaitAsync(HostExtensions.Patience);

        Assert.StartsWith(
            $"The journal 'devstoreaccount1/{_container}/journal' is lost: the account answered 409", lost.Message, StringComparison.Ordinal);
        Assert.Same(lost, await Assert.ThrowsAsync<JournalException>(() => waiting.WaitAsync(HostExtensions.Patience)));
        Assert.Equal(["a", "b"], host.RefusedInstances.Keys.Order());
        Assert.All(host.RefusedInstances.Values, reason => Assert.Same(lost, reason));
        await Assert.ThrowsAsync<JournalException>(() => host.Client.RaiseEventAsync("b", "e", "1"));
        var refused = await Assert.ThrowsAsync<JournalException>(() => host.Client.ScheduleNewOrchestrationInstanceAsync("other"));
        Assert.Equal(lost.Message, refused.Message);
        Assert.Same(lost, await Assert.ThrowsAsync<JournalException>(() => journal.AppendAsync(new JournalId("c", 0), 0, "1"u8.ToArray())));
        await host.StopAsync();
        Assert.Equal(before, await ContentsAsync(container));
        await using var next = await BlobJournal.OpenAsync(container, _time);
    }

    [SuiteFact]
    public async Task Container_without_permission_is_named_without_the_key()
    {
        var server = await AzuriteServer.SharedAsync();
        var wrong = server.ConnectionString.Replace(AzuriteServer.AccountKey, Convert.ToBase64String(new byte[64]), StringComparison.Ordinal);
        var error = await Assert.ThrowsAsync<JournalException>(() => BlobJournal.OpenAsync(new BlobContainerClient(wrong, _container)));
        Assert.Contains("the account 'devstoreaccount1' answered 403", error.Message, StringComparison.Ordinal);
        Assert.Contains($"'{_container}'", error.Message, StringComparison.Ordinal);
        Assert.DoesNotContain(Convert.ToBase64String(new byte[64]), error.ToString(), StringComparison.Ordinal);
    }

    private static async Task<List<string>> ContentsAsync(BlobContainerClient container)
    {
        var contents = new List<string>();
        await foreach (var blob in container.GetBlobsAsync(BlobTraits.None, BlobStates.None, "journal/instances/", CancellationToken.None))
        {
            contents.Add($"{blob.Name}: {(await container.GetBlobClient(blob.Name).DownloadContentAsync()).Value.Content}");
        }

        return contents;
    }

    private async Task<BlobContainerClient> ContainerAsync() => TestContainer.Of(await AzuriteServer.SharedAsync(), _container);

    /// <summary>A container whose journal has a living lease and this note.</summary>
    private async Task<BlobContainerClient> LeaseOfAsync(JournalOwner owner)
    {
        var container = await ContainerAsync();
        await container.CreateAsync();
        var note = container.GetBlobClient("journal/owner");
        await note.UploadAsync(new BinaryData(owner.Write()));
        await note.GetBlobLeaseClient().AcquireAsync(BlobOwnership.Term);
        return container;
    }

    /// <summary>Lets the time of a renewal come, and waits for the next to be planned.</summary>
    private async Task RenewAsync(bool expectsRenewal = true)
    {
        // Requests have timers of their own, for as long as they are under way.
        var interval = BlobOwnership.Term / 3;
        await _time.WhenTimerDueInAsync(interval).WaitAsync(HostExtensions.Patience);
        _time.Advance(interval);
        if (expectsRenewal)
        {
            await _time.WhenTimerDueInAsync(interval).WaitAsync(HostExtensions.Patience);
        }
    }
}
