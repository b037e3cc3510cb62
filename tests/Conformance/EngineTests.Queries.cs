using Microsoft.DurableTask;
using Microsoft.DurableTask.Client;
using Orchestrator.Conformance.Engines;
using Orchestrator.Testing.Azurite;

namespace Orchestrator.Conformance;

/// <summary>What a client reads and deletes: metadata, queries, pages, purges by filter.</summary>
public abstract partial class EngineTests
{
    [SuiteTheory]
    [InlineData(false, OrchestrationRuntimeStatus.Completed)]
    [InlineData(true, OrchestrationRuntimeStatus.Failed)]
    public async Task Metadata_without_payloads_has_name_id_and_status_only(bool throws, OrchestrationRuntimeStatus end)
    {
        var id = await StartAsync("Waits", throws);
        await engine.Client.WaitForInstanceStartAsync(id).WaitAsync(IEngine.Patience);
        AssertBare(await engine.Client.GetInstanceAsync(id), OrchestrationRuntimeStatus.Running);
        await engine.Client.RaiseEventAsync(id, "Go");
        await engine.EndOfAsync(id);
        AssertBare(await engine.Client.WaitForInstanceCompletionAsync(id).WaitAsync(IEngine.Patience), end);
        AssertBare(await engine.Client.GetInstanceAsync(id), end);

        void AssertBare(OrchestrationMetadata? found, OrchestrationRuntimeStatus status)
        {
            Assert.Equal(
                ("Waits", id, status, null, null, null, null),
                (found!.Name, found.InstanceId, found.RuntimeStatus, found.SerializedInput, found.SerializedOutput, found.SerializedCustomStatus,
                    found.FailureDetails));
            Assert.Throws<InvalidOperationException>(() => found.ReadOutputAs<string>());
        }
    }

    [SuiteFact]
    public async Task Query_by_prefix_follows_its_instances_from_running_to_completed()
    {
        var prefix = Guid.NewGuid().ToString("N");
        string[] ids = [prefix + "-1", prefix + "-2"];
        foreach (var id in ids)
        {
            await StartAsync("Waits", false, new StartOrchestrationOptions(id));
            await WaitUntilAsync(id, instance => instance.RuntimeStatus == OrchestrationRuntimeStatus.Running);
        }

        var found = engine.Client.GetAllInstancesAsync(new OrchestrationQuery { InstanceIdPrefix = prefix, FetchInputsAndOutputs = true });
        Assert.Equal(ids.Select(id => $"{id} Running false "), await ShowAsync());
        foreach (var id in ids)
        {
            await engine.Client.RaiseEventAsync(id, "Go");
            await engine.EndOfAsync(id);
        }

        Assert.Equal(ids.Select(id => $"{id} Completed false \"returned\""), await ShowAsync());

        async Task<IEnumerable<string>> ShowAsync() => (await found.ToListAsync())
            .Select(one => $"{one.InstanceId} {one.RuntimeStatus} {one.SerializedInput} {one.SerializedOutput}").Order(StringComparer.Ordinal);
    }

    [SuiteFact]
    public async Task Paging_goes_on_from_a_token_with_pages_of_another_size()
    {
        var prefix = Guid.NewGuid().ToString("N");
        await Task.WhenAll(Enumerable.Range(0, 21).Select(i => RunAsync("Empty", null, $"{prefix}-{i}")));

        var query = engine.Client.GetAllInstancesAsync(
            new OrchestrationQuery { InstanceIdPrefix = prefix, Statuses = [OrchestrationRuntimeStatus.Completed] });
        var pages = await query.AsPages(pageSizeHint: 5).ToListAsync();
        Assert.Equal([5, 5, 5, 5, 1], pages.Select(page => page.Values.Count));
        Assert.Null(pages[^1].ContinuationToken);
        Assert.Equal(21, pages.SelectMany(page => page.Values).Select(found => found.InstanceId).Distinct().Count());
        var rest = await query.AsPages(pages[1].ContinuationToken, pageSizeHint: 4).ToListAsync();
        Assert.Equal([4, 4, 3], rest.Select(page => page.Values.Count));
        Assert.Equal(
            pages.Skip(2).SelectMany(page => page.Values).Select(found => found.InstanceId),
            rest.SelectMany(page => page.Values).Select(found => found.InstanceId));
    }

    [SuiteFact]
    public async Task Query_by_time_finds_what_was_created_from_the_first_moment_to_the_last()
    {
        var (prefix, created) = await RunFourAsync();

        var found = await engine.Client.GetAllInstancesAsync(
            new OrchestrationQuery(created[1], created[2], InstanceIdPrefix: prefix, FetchInputsAndOutputs: true)).ToListAsync();

        Assert.Equal([11, 12], found.Select(instance => instance.ReadOutputAs<int>()).Order());
    }

    [SuiteFact]
    public async Task Purge_by_time_takes_what_was_created_then()
    {
        var (prefix, created) = await RunFourAsync();

        Assert.Equal(2, (await engine.Client.PurgeAllInstancesAsync(new PurgeInstancesFilter(created[1], created[2]))).PurgedInstanceCount);

        Assert.Equal([prefix + "-0", prefix + "-3"], await IdsOfAsync(prefix));
    }

    [SuiteFact]
    public async Task Purge_by_status_and_time_takes_all_of_them_and_no_others()
    {
        var prefix = Guid.NewGuid().ToString("N");
        foreach (var (name, status) in new[]
        {
            ("a", OrchestrationRuntimeStatus.Completed), ("b", OrchestrationRuntimeStatus.Completed), ("c", OrchestrationRuntimeStatus.Completed),
            ("failed", OrchestrationRuntimeStatus.Failed), ("running", OrchestrationRuntimeStatus.Running),
        })
        {
            await BringToAsync($"{prefix}-{name}", status);
        }

        var (first, last) = ((await engine.Client.GetInstanceAsync(prefix + "-a"))!.CreatedAt,
            (await engine.Client.GetInstanceAsync(prefix + "-running"))!.CreatedAt);
        var result = await engine.Client.PurgeAllInstancesAsync(
            new PurgeInstancesFilter(first, last, [OrchestrationRuntimeStatus.Completed, OrchestrationRuntimeStatus.Running]));

        Assert.Equal(
            (engine.PurgesOpenInstancesByStatus ? 4 : 3, engine.SaysThatPurgeIsComplete ? true : null),
            (result.PurgedInstanceCount, result.IsComplete));
        Assert.Equal(engine.PurgesOpenInstancesByStatus ? [prefix + "-failed"] : [prefix + "-failed", prefix + "-running"], await IdsOfAsync(prefix));
        await engine.Client.TerminateInstanceAsync(prefix + "-running");
    }

    /// <summary>A known difference, in docs/parity.md: the app ends an instance before it purges it.</summary>
    [SuiteFact]
    public async Task Open_instance_is_purged_by_its_id_or_kept()
    {
        var id = await StartAsync("Waits", false);
        await WaitUntilAsync(id, instance => instance.RuntimeStatus == OrchestrationRuntimeStatus.Running);
        Assert.Equal(engine.PurgesOpenInstances ? 1 : 0, (await engine.Client.PurgeInstanceAsync(id)).PurgedInstanceCount);
        Assert.Equal(engine.PurgesOpenInstances, await engine.Client.GetInstanceAsync(id) is null);
        await engine.Client.TerminateInstanceAsync(id);
    }

    [SuiteFact]
    public async Task Waits_can_be_cancelled_and_see_an_instance_that_comes_later()
    {
        var id = Guid.NewGuid().ToString("N");
        using var cancel = new CancellationTokenSource();
        var cancelled = engine.Client.WaitForInstanceCompletionAsync(id, cancel.Token);
        var served = engine.Client.WaitForInstanceCompletionAsync(id);
        await cancel.CancelAsync();
        await Assert.ThrowsAnyAsync<OperationCanceledException>(() => cancelled);
        await RunAsync("Empty", null, id);
        Assert.True((await served.WaitAsync(IEngine.Patience)).IsCompleted);
    }

    /// <summary>Four instances, one after the other, with outputs from 10 to 13, and when each was created.</summary>
    private async Task<(string Prefix, List<DateTimeOffset> Created)> RunFourAsync()
    {
        var prefix = Guid.NewGuid().ToString("N");
        var created = new List<DateTimeOffset>();
        for (var i = 0; i < 4; i++)
        {
            created.Add((await RunAsync("Rounds", 10 + i, $"{prefix}-{i}")).CreatedAt);
        }

        Assert.Equal(created.Distinct().Order(), created);
        return (prefix, created);
    }

    private async Task<IEnumerable<string>> IdsOfAsync(string prefix) =>
        (await engine.Client.GetAllInstancesAsync(new OrchestrationQuery { InstanceIdPrefix = prefix }).ToListAsync())
        .Select(instance => instance.InstanceId).Order(StringComparer.Ordinal);
}
