using DurableTask.Core.Exceptions;
using Microsoft.DurableTask;
using Microsoft.DurableTask.Client;
using Orchestrator.Testing.Azurite;

namespace Orchestrator.Conformance;

/// <summary>Ids that are started again, queries and purging.</summary>
public abstract partial class EngineTests
{
    private static readonly OrchestrationRuntimeStatus[] Open =
        [OrchestrationRuntimeStatus.Pending, OrchestrationRuntimeStatus.Running, OrchestrationRuntimeStatus.Suspended];

    [SuiteFact]
    public async Task Open_instance_is_not_started_again_when_its_status_is_to_be_refused()
    {
        var id = await StartAsync("OneEvent", "first");
        await WaitUntilAsync(id, instance => instance.ReadCustomStatusAs<string>() == "first");
        await Assert.ThrowsAsync<OrchestrationAlreadyExistsException>(
            () => StartAsync("Chain", 1, new StartOrchestrationOptions(id).WithDedupeStatuses(Open)));
        await engine.Client.RaiseEventAsync(id, "Go", "the first one's");
        Assert.Equal("the first one's", (await engine.EndOfAsync(id)).ReadOutputAs<string>());
    }

    /// <summary>A known difference, in docs/parity.md: LocalHost refuses what nothing of the app asks for.</summary>
    [SuiteFact]
    public async Task Open_instance_that_is_started_again_without_statuses_to_refuse_is_replaced_or_refused()
    {
        var id = await StartAsync("OneEvent", "first");
        await WaitUntilAsync(id, instance => instance.ReadCustomStatusAs<string>() == "first");
        if (engine.ReplacesOpenInstances)
        {
            await StartAsync("Chain", 1, new StartOrchestrationOptions(id));
            Assert.Equal(4, (await WaitUntilAsync(id, instance => instance.IsCompleted)).ReadOutputAs<int>());
        }
        else
        {
            var refusal =
                await Assert.ThrowsAsync<OrchestrationAlreadyExistsException>(() => StartAsync("Chain", 1, new StartOrchestrationOptions(id)));
            Assert.Contains($"An Orchestration instance with the ID {id} already exists.", refusal.Message, StringComparison.Ordinal);
            await engine.Client.TerminateInstanceAsync(id);
        }
    }

    [SuiteFact]
    public async Task Ended_instance_can_be_started_again()
    {
        var id = (await RunAsync("Chain", 1)).InstanceId;
        await StartAsync("Chain", 5, new StartOrchestrationOptions(id).WithDedupeStatuses(Open));
        Assert.Equal(8, (await WaitUntilAsync(id, instance => instance.IsCompleted && instance.ReadInputAs<int>() == 5)).ReadOutputAs<int>());
    }

    [SuiteFact]
    public async Task Query_finds_by_prefix_and_status()
    {
        var prefix = Guid.NewGuid().ToString("N");
        await StartAsync("Chain", 1, new StartOrchestrationOptions(prefix + "-a"));
        await StartAsync("OneEvent", "waiting", new StartOrchestrationOptions(prefix + "-b"));
        await engine.EndOfAsync(prefix + "-a");
        await WaitUntilAsync(prefix + "-b", instance => instance.RuntimeStatus == OrchestrationRuntimeStatus.Running);

        Assert.Equal([prefix + "-a", prefix + "-b"], await FindAsync(null));
        Assert.Equal([prefix + "-b"], await FindAsync([OrchestrationRuntimeStatus.Running]));
        await engine.Client.TerminateInstanceAsync(prefix + "-b");

        async Task<List<string>> FindAsync(OrchestrationRuntimeStatus[]? statuses)
        {
            var found = new List<string>();
            await foreach (var instance in engine.Client.GetAllInstancesAsync(
                new OrchestrationQuery { InstanceIdPrefix = prefix, Statuses = statuses }))
            {
                found.Add(instance.InstanceId);
            }

            found.Sort(StringComparer.Ordinal);
            return found;
        }
    }

    [SuiteFact]
    public async Task Purged_instance_is_gone_and_an_unknown_one_is_not_counted()
    {
        var id = (await RunAsync("Chain", 1)).InstanceId;
        Assert.Equal(1, (await engine.Client.PurgeInstanceAsync(id)).PurgedInstanceCount);
        Assert.Null(await engine.Client.GetInstanceAsync(id));
        Assert.Equal(0, (await engine.Client.PurgeInstanceAsync(id)).PurgedInstanceCount);
    }

    [SuiteFact]
    public async Task Unknown_instance_is_null() => Assert.Null(await engine.Client.GetInstanceAsync("no_such_instance"));
}
