using Microsoft.DurableTask;
using Microsoft.DurableTask.Client;
using Sdk.Contracts.Tests.Fakes;

namespace Sdk.Contracts.Tests;

public sealed class DurableTaskClientTests
{
    [Fact]
    public async Task Overloads_reach_the_abstract_members_with_the_callers_token()
    {
        using CancellationTokenSource source = new();
        CancellationToken token = source.Token;
        await using RecordingClient client = new();

        await client.ScheduleNewOrchestrationInstanceAsync("Run", token);
        await client.ScheduleNewOrchestrationInstanceAsync("Run", 1, token);
        await client.ScheduleNewOrchestrationInstanceAsync("Run", new StartOrchestrationOptions("id"), token);
        await client.RaiseEventAsync("id", "go", token);
        await client.WaitForInstanceStartAsync("id", token);
        await client.WaitForInstanceCompletionAsync("id", token);
        await client.SuspendInstanceAsync("id", token);
        await client.ResumeInstanceAsync("id", token);
        await client.GetInstanceAsync("id", token);
        await client.GetInstanceAsync("id", true, token);

        Assert.Equal(
            [
                "schedule Run null null cancellable",
                "schedule Run 1 null cancellable",
                "schedule Run null id cancellable",
                "raise id go null cancellable",
                "started id False cancellable",
                "completed id False cancellable",
                "suspend id null cancellable",
                "resume id null cancellable",
                "get id False cancellable",
                "get id True cancellable",
            ],
            client.Calls);
    }

    [Fact]
    public async Task Terminate_with_an_output_becomes_options_and_without_one_none()
    {
        await using PurgingClient client = new();

        await client.TerminateInstanceAsync("id", CancellationToken.None);
        await client.TerminateInstanceAsync("id", (object?)null);
        await client.TerminateInstanceAsync("id", (object)"why");

        Assert.Equal(
            ["terminate id null", "terminate id null", $"terminate id {new TerminateInstanceOptions("why")}"],
            client.Calls);
    }

    [Fact]
    public async Task Purge_helpers_build_the_filter()
    {
        await using PurgingClient client = new();
        DateTimeOffset from = DateTimeOffset.UnixEpoch;
        DateTimeOffset to = from.AddHours(1);
        PurgeInstanceOptions recursive = new(true);

        await client.PurgeInstancesAsync(from, to);
        await client.PurgeInstancesAsync(from, null, [OrchestrationRuntimeStatus.Failed]);
        await client.PurgeInstancesAsync(null, to, [OrchestrationRuntimeStatus.Failed], recursive);
        await client.PurgeInstancesAsync(null, null, recursive);
        await client.PurgeInstanceAsync("id", CancellationToken.None);

        Assert.Equal(
            [
                "purge 1970-01-01 00:00:00Z 1970-01-01 01:00:00Z null ",
                "purge 1970-01-01 00:00:00Z  Failed ",
                "purge  1970-01-01 01:00:00Z Failed True",
                "purge   null True",
                "purge id null",
            ],
            client.Calls);
    }

    [Fact]
    public async Task Optional_members_that_aclient_lacks_say_so()
    {
        await using RecordingClient client = new();

        Assert.Throws<NotSupportedException>(() => client.Entities);
        await Assert.ThrowsAsync<NotSupportedException>(() => client.TerminateInstanceAsync("id"));
        await Assert.ThrowsAsync<NotSupportedException>(() => client.PurgeInstanceAsync("id"));
        await Assert.ThrowsAsync<NotSupportedException>(() => client.PurgeAllInstancesAsync(new PurgeInstancesFilter()));
        await Assert.ThrowsAsync<NotSupportedException>(() => client.RestartAsync("id"));
        await Assert.ThrowsAsync<NotSupportedException>(() => client.RewindInstanceAsync("id", "why"));
        await Assert.ThrowsAsync<NotSupportedException>(() => client.ListInstanceIdsAsync());
    }
}
