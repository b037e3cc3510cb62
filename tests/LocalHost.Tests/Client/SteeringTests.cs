using DurableTask.Core.Exceptions;
using Microsoft.DurableTask;
using Microsoft.DurableTask.Client;

namespace Orchestrator.LocalHost.Tests.Client;

/// <summary>One orchestrator that waits for "go" and then returns or throws, under everything a client can do to it.</summary>
public sealed class SteeringTests : IAsyncLifetime
{
    private LocalDurableHost _host = null!;

    private DurableTaskClient Client => _host.Client;

    public async Task InitializeAsync() => _host = await LocalDurableHost.StartAsync(b => b.AddOrchestrator("waits", async (TaskOrchestrationContext c, bool throws) =>
    {
        c.SetCustomStatus("waiting");
        await c.WaitForExternalEvent<string>("go");
        return throws ? throw new InvalidOperationException("thrown") : "returned";
    }));

    public async Task DisposeAsync() => await _host.DisposeAsync();

    [Theory]
    [InlineData(false, OrchestrationRuntimeStatus.Completed)]
    [InlineData(true, OrchestrationRuntimeStatus.Failed)]
    public async Task Metadata_without_payloads_has_name_id_and_status_only(bool throws, OrchestrationRuntimeStatus end)
    {
        await Client.ScheduleNewOrchestrationInstanceAsync("waits", throws, new StartOrchestrationOptions("i"));
        await Client.WaitForInstanceStartAsync("i");
        AssertBare(await Client.GetInstanceAsync("i"), OrchestrationRuntimeStatus.Running);
        await Client.RaiseEventAsync("i", "go");
        AssertBare(await Client.WaitForInstanceCompletionAsync("i"), end);
        AssertBare(await Client.GetInstanceAsync("i"), end);

        static void AssertBare(OrchestrationMetadata? found, OrchestrationRuntimeStatus status) => Assert.Equal(
            ("waits", "i", status, null, null, null, null),
            (found!.Name, found.InstanceId, found.RuntimeStatus, found.SerializedInput, found.SerializedOutput, found.SerializedCustomStatus, found.FailureDetails));
    }

    [Fact]
    public async Task Query_by_prefix_follows_its_instances_from_running_to_completed()
    {
        await Client.ScheduleNewOrchestrationInstanceAsync("waits", false, new StartOrchestrationOptions("other"));
        foreach (var id in new[] { "mine-1", "mine-2" })
        {
            await Client.ScheduleNewOrchestrationInstanceAsync("waits", false, new StartOrchestrationOptions(id));
        }

        var mine = Client.GetAllInstancesAsync(new OrchestrationQuery { InstanceIdPrefix = "mine", FetchInputsAndOutputs = true });
        Assert.Equal(["mine-1 Running false ", "mine-2 Running false "], await ShowAsync(mine));
        await Client.RaiseEventAsync("mine-1", "go");
        await Client.RaiseEventAsync("mine-2", "go");
        await _host.EndOfAsync("mine-2");
        Assert.Equal(["mine-1 Completed false \"returned\"", "mine-2 Completed false \"returned\""], await ShowAsync(mine));

        static async Task<List<string>> ShowAsync(AsyncPageable<OrchestrationMetadata> found) =>
            await found.Select(one => $"{one.InstanceId} {one.RuntimeStatus} {one.SerializedInput} {one.SerializedOutput}").ToListAsync();
    }

    [Fact]
    public async Task Paging_goes_on_from_a_token_with_pages_of_another_size()
    {
        for (var i = 0; i < 21; i++)
        {
            await Client.ScheduleNewOrchestrationInstanceAsync("waits", false, new StartOrchestrationOptions($"p-{i}"));
        }

        var query = Client.GetAllInstancesAsync(new OrchestrationQuery { InstanceIdPrefix = "p-" });
        var pages = await query.AsPages(pageSizeHint: 5).ToListAsync();
        Assert.Equal([5, 5, 5, 5, 1], pages.Select(page => page.Values.Count));
        Assert.Equal(21, pages.SelectMany(page => page.Values).Select(found => found.InstanceId).Distinct().Count());
        var rest = await query.AsPages(pages[1].ContinuationToken, pageSizeHint: 4).ToListAsync();
        Assert.Equal([4, 4, 3], rest.Select(page => page.Values.Count));
        Assert.Equal(
            pages.Skip(2).SelectMany(page => page.Values).Select(found => found.InstanceId),
            rest.SelectMany(page => page.Values).Select(found => found.InstanceId));
    }

    [Theory]
    [InlineData(OrchestrationRuntimeStatus.Completed, "Completed", true)]
    [InlineData(OrchestrationRuntimeStatus.Completed, "Completed Failed Terminated", true)]
    [InlineData(OrchestrationRuntimeStatus.Completed, "Failed Terminated", false)]
    [InlineData(OrchestrationRuntimeStatus.Failed, "Failed", true)]
    [InlineData(OrchestrationRuntimeStatus.Failed, "Completed", false)]
    [InlineData(OrchestrationRuntimeStatus.Terminated, "Terminated", true)]
    [InlineData(OrchestrationRuntimeStatus.Running, "Running", true)]
    [InlineData(OrchestrationRuntimeStatus.Running, "Completed", false)]
    [InlineData(OrchestrationRuntimeStatus.Suspended, "Suspended", true)]
    [InlineData(null, "Completed Failed", false)]
    public async Task Start_is_refused_exactly_in_the_states_that_are_named(OrchestrationRuntimeStatus? existing, string dedupe, bool refused)
    {
        await BringToAsync("i", existing);
        var options = new StartOrchestrationOptions("i").WithDedupeStatuses([.. dedupe.Split(' ').Select(Enum.Parse<OrchestrationRuntimeStatus>)]);
        var start = Client.ScheduleNewOrchestrationInstanceAsync("waits", false, options);
        if (refused)
        {
            await Assert.ThrowsAsync<OrchestrationAlreadyExistsException>(() => start);
            Assert.Equal(existing, (await Client.GetInstanceAsync("i"))!.RuntimeStatus);
        }
        else
        {
            Assert.Equal("i", await start);
            Assert.Equal(OrchestrationRuntimeStatus.Running, (await Client.WaitForInstanceStartAsync("i")).RuntimeStatus);
        }
    }

    [Theory]
    [InlineData("because")]
    [InlineData(null)]
    public async Task Suspending_and_resuming_shows_and_needs_no_reason(string? reason)
    {
        await BringToAsync("i", OrchestrationRuntimeStatus.Running);
        await Client.SuspendInstanceAsync("i", reason);
        Assert.Equal(OrchestrationRuntimeStatus.Suspended, (await Client.GetInstanceAsync("i"))!.RuntimeStatus);
        await Client.ResumeInstanceAsync("i", reason);
        Assert.Equal(OrchestrationRuntimeStatus.Running, (await Client.GetInstanceAsync("i"))!.RuntimeStatus);
        await Client.RaiseEventAsync("i", "go");
        Assert.Equal("returned", (await _host.EndOfAsync("i")).ReadOutputAs<string>());
    }

    [Theory]
    [InlineData(OrchestrationRuntimeStatus.Completed)]
    [InlineData(OrchestrationRuntimeStatus.Failed)]
    [InlineData(OrchestrationRuntimeStatus.Terminated)]
    public async Task What_is_finished_stays_as_it_is_whatever_is_asked(OrchestrationRuntimeStatus end)
    {
        await BringToAsync("i", end);
        await Client.SuspendInstanceAsync("i");
        await Client.ResumeInstanceAsync("i");
        await Client.RaiseEventAsync("i", "go");
        await Client.TerminateInstanceAsync("i", new TerminateInstanceOptions("late", Recursive: true));
        Assert.Equal(end, (await Client.GetInstanceAsync("i"))!.RuntimeStatus);
    }

    [Fact]
    public async Task Resuming_what_is_not_suspended_changes_nothing()
    {
        await BringToAsync("i", OrchestrationRuntimeStatus.Running);
        await Client.ResumeInstanceAsync("i", "why not");
        Assert.Equal(OrchestrationRuntimeStatus.Running, (await Client.GetInstanceAsync("i"))!.RuntimeStatus);
    }

    [Fact]
    public async Task Termination_keeps_an_output_of_any_type()
    {
        await BringToAsync("i", OrchestrationRuntimeStatus.Running);
        await Client.TerminateInstanceAsync("i", new { reason = "budget", left = 0.5 });
        var ended = await _host.EndOfAsync("i");
        Assert.Equal((OrchestrationRuntimeStatus.Terminated, """{"reason":"budget","left":0.5}"""), (ended.RuntimeStatus, ended.SerializedOutput));
    }

    [Theory]
    [InlineData(false)]
    [InlineData(true)]
    public async Task Restarted_instance_waits_and_completes_again_with_its_old_input(bool newId)
    {
        await BringToAsync("i", OrchestrationRuntimeStatus.Completed);
        var again = await Client.RestartAsync("i", newId);
        Assert.Equal(newId, again != "i");
        await Client.RaiseEventAsync(again, "go");
        var done = await _host.EndOfAsync(again);
        Assert.Equal(("waits", "false", OrchestrationRuntimeStatus.Completed), (done.Name, done.SerializedInput, done.RuntimeStatus));
    }

    [Fact]
    public async Task Purge_by_status_and_time_takes_all_of_them_and_no_others()
    {
        foreach (var id in new[] { "a", "b", "c" })
        {
            await BringToAsync(id, OrchestrationRuntimeStatus.Completed);
        }

        await BringToAsync("failed", OrchestrationRuntimeStatus.Failed);
        await BringToAsync("running", OrchestrationRuntimeStatus.Running);
        var now = TimeProvider.System.GetUtcNow();
        var result = await Client.PurgeAllInstancesAsync(new PurgeInstancesFilter(now.AddMinutes(-5), now.AddMinutes(5), [OrchestrationRuntimeStatus.Completed, OrchestrationRuntimeStatus.Running]));
        Assert.Equal((3, true), (result.PurgedInstanceCount, result.IsComplete));
        Assert.Equal(["failed", "running"], await Client.GetAllInstancesAsync().Select(left => left.InstanceId).ToListAsync());
    }

    private async Task BringToAsync(string id, OrchestrationRuntimeStatus? status)
    {
        if (status is null)
        {
            return;
        }

        await Client.ScheduleNewOrchestrationInstanceAsync("waits", status == OrchestrationRuntimeStatus.Failed, new StartOrchestrationOptions(id));
        await Client.WaitForInstanceStartAsync(id);
        await (status switch
        {
            OrchestrationRuntimeStatus.Completed or OrchestrationRuntimeStatus.Failed => Client.RaiseEventAsync(id, "go"),
            OrchestrationRuntimeStatus.Terminated => Client.TerminateInstanceAsync(id),
            OrchestrationRuntimeStatus.Suspended => Client.SuspendInstanceAsync(id),
            _ => Task.CompletedTask,
        });
    }
}
