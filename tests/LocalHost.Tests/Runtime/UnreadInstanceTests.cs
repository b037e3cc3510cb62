using DurableTask.Core.Exceptions;
using Microsoft.DurableTask;
using Microsoft.DurableTask.Client;
using Orchestrator.LocalHost.Journal;

namespace Orchestrator.LocalHost.Tests.Runtime;

/// <summary>
/// Instances that this process was configured not to continue, in a journal of one process, as on a storage account: they can still be queried.
/// </summary>
[Trait("Trust", "12")]
public sealed class UnreadInstanceTests
{
    private static readonly TimeSpan Patience = TimeSpan.FromSeconds(30);

    private readonly MemoryJournal _journal = new();

    [Fact]
    public async Task Instance_that_does_not_go_on_is_known_and_its_id_is_taken()
    {
        await LeaveAsync("a");
        await using var host = await StartAsync(recovers: false);

        Assert.Equal(OrchestrationRuntimeStatus.Running, (await host.Client.GetInstanceAsync("a"))!.RuntimeStatus);
        Assert.Contains(await host.Client.GetAllInstancesAsync(new OrchestrationQuery()).ToListAsync(), instance => instance.InstanceId == "a");
        Assert.Empty(host.Driven);
        await Assert.ThrowsAsync<OrchestrationAlreadyExistsException>(
            () => host.Client.ScheduleNewOrchestrationInstanceAsync("Parent", "again", new StartOrchestrationOptions("a")));
    }

    [Fact]
    public async Task Instance_that_was_left_continues_with_its_children_when_it_is_requested()
    {
        await LeaveAsync("a");
        await using var host = await StartAsync(recovers: false);

        Assert.Null(await host.RecoverInstanceAsync("a"));
        Assert.Contains("a", host.Driven);
        await host.Client.RaiseEventAsync("a-child", "Go", "done").WaitAsync(Patience);

        Assert.Equal("done", (await host.Client.WaitForInstanceCompletionAsync("a", true).WaitAsync(Patience)).ReadOutputAs<string>());
    }

    [Fact]
    public async Task Instance_that_does_not_go_on_can_be_ended_and_purged()
    {
        await LeaveAsync("a");
        await using var host = await StartAsync(recovers: false);

        await host.Client.TerminateInstanceAsync("a", new TerminateInstanceOptions(Recursive: true)).WaitAsync(Patience);
        Assert.Equal(
            OrchestrationRuntimeStatus.Terminated, (await host.Client.WaitForInstanceCompletionAsync("a").WaitAsync(Patience)).RuntimeStatus);
        await host.Client.WaitForInstanceCompletionAsync("a-child").WaitAsync(Patience);
        Assert.Equal(2, (await host.Client.PurgeInstanceAsync("a", new PurgeInstanceOptions(Recursive: true))).PurgedInstanceCount);

        Assert.Empty(await _journal.ListAsync().ToListAsync());
    }

    private async Task LeaveAsync(string id)
    {
        await using var first = await StartAsync(recovers: true);
        await first.Client.ScheduleNewOrchestrationInstanceAsync("Parent", "x", new StartOrchestrationOptions(id));
        await first.Client.WaitForInstanceStartAsync($"{id}-child").WaitAsync(Patience);
    }

    private Task<LocalDurableHost> StartAsync(bool recovers) => LocalDurableHost.StartAsync(b =>
    {
        b.Journal = _journal;
        b.Options.Recovers = recovers ? null : (_, _) => Task.FromResult(false);
        b.AddOrchestrator<string, string>(
            "Wait", async (TaskOrchestrationContext context, string _) => await context.WaitForExternalEvent<string>("Go"));
        b.AddOrchestrator<string, string>("Parent", async (TaskOrchestrationContext context, string input) =>
            await context.CallSubOrchestratorAsync<string>(
                "Wait", input, new SubOrchestrationOptions { InstanceId = $"{context.InstanceId}-child" }));
    });
}
