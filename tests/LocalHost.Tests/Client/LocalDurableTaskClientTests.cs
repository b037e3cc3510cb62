using Microsoft.DurableTask;
using Microsoft.DurableTask.Client;
using Orchestrator.LocalHost.Journal;

namespace Orchestrator.LocalHost.Tests.Client;

/// <summary>What only this client does. The rest is in <c>tests/Conformance</c>.</summary>
public sealed class LocalDurableTaskClientTests : IAsyncLifetime
{
    private readonly MemoryJournal _journal = new();
    private LocalDurableHost _host = null!;

    public async Task InitializeAsync() => _host = await LocalDurableHost.StartAsync(b =>
    {
        b.Journal = _journal;
        b.AddOrchestrator("waits", async (TaskOrchestrationContext c) => await c.WaitForExternalEvent<string>("go"));
        b.AddOrchestrator("echo", (TaskOrchestrationContext _, string text) => text);
    });

    public async Task DisposeAsync() => await _host.DisposeAsync();

    [Fact]
    public async Task Start_under_the_id_of_a_finished_instance_replaces_it()
    {
        Assert.Equal("a", (await _host.RunAsync("echo", "a", "i")).ReadOutputAs<string>());
        Assert.Equal("b", (await _host.RunAsync("echo", "b", "i")).ReadOutputAs<string>());
        Assert.Equal([new JournalId("i", 1)], await _journal.ListAsync().ToListAsync());
    }

    [Theory]
    [InlineData("@entity@key", "entity")]
    [InlineData("", "")]
    public async Task Ids_that_cannot_be_are_refused(string id, string said) =>
        Assert.Contains(said, (await Assert.ThrowsAnyAsync<ArgumentException>(() =>
            _host.Client.ScheduleNewOrchestrationInstanceAsync("echo", "x", new StartOrchestrationOptions(id)))).Message, StringComparison.Ordinal);

    [Fact]
    public async Task Pages_go_on_after_the_id_that_their_token_is()
    {
        for (var i = 0; i < 7; i++)
        {
            await _host.RunAsync("echo", $"{i}", $"done-{i}");
        }

        await _host.Client.ScheduleNewOrchestrationInstanceAsync("waits", new StartOrchestrationOptions("open"));
        var first = await _host.Client.GetAllInstancesAsync(new OrchestrationQuery(PageSize: 3, Statuses: [OrchestrationRuntimeStatus.Completed]))
            .AsPages().FirstAsync();
        var rest = await _host.Client.GetAllInstancesAsync(new OrchestrationQuery(ContinuationToken: first.ContinuationToken)).ToListAsync();
        Assert.Equal(5, rest.Count);
        var ids = await _host.Client.ListInstanceIdsAsync(pageSize: 5);
        Assert.Equal((5, "done-4"), (ids.Values.Count, ids.ContinuationToken));
    }

    /// <summary>A known difference, in docs/parity.md: the other engines return when it is queued.</summary>
    [Fact]
    public async Task Steering_returns_when_it_has_happened()
    {
        await _host.Client.ScheduleNewOrchestrationInstanceAsync("waits", new StartOrchestrationOptions("i"));
        await _host.Client.SuspendInstanceAsync("i");
        Assert.Equal(OrchestrationRuntimeStatus.Suspended, (await _host.Client.GetInstanceAsync("i"))!.RuntimeStatus);
        await _host.Client.ResumeInstanceAsync("i");
        Assert.Equal(OrchestrationRuntimeStatus.Running, (await _host.Client.GetInstanceAsync("i"))!.RuntimeStatus);
        await _host.Client.TerminateInstanceAsync("i");
        Assert.Equal(OrchestrationRuntimeStatus.Terminated, (await _host.Client.GetInstanceAsync("i"))!.RuntimeStatus);
    }

    [Fact]
    public async Task Purge_deletes_what_is_finished_only()
    {
        await _host.RunAsync("echo", "a", "i");
        await _host.Client.ScheduleNewOrchestrationInstanceAsync("waits", new StartOrchestrationOptions("open"));
        Assert.Equal(0, (await _host.Client.PurgeInstanceAsync("open")).PurgedInstanceCount);
        Assert.Equal(0, (await _host.Client.PurgeInstanceAsync("nobody")).PurgedInstanceCount);
        Assert.Equal(1, (await _host.Client.PurgeInstanceAsync("i")).PurgedInstanceCount);
        Assert.Null(await _host.Client.GetInstanceAsync("i"));
        Assert.Equal([new JournalId("open", 0)], await _journal.ListAsync().ToListAsync());
    }

    [Fact]
    public async Task Purges_and_starts_of_one_id_at_the_same_time_leave_a_whole_instance()
    {
        await _host.RunAsync("echo", "a", "i");
        for (var round = 0; round < 100; round++)
        {
            var purges = Enumerable.Range(0, 2).Select(_ => Task.Run(() => _host.Client.PurgeInstanceAsync("i"))).ToArray();
            await _host.Client.ScheduleNewOrchestrationInstanceAsync("echo", $"{round}", new StartOrchestrationOptions("i"));
            await Task.WhenAll(purges);
            if (await _host.Client.GetInstanceAsync("i") is null)
            {
                await _host.Client.ScheduleNewOrchestrationInstanceAsync("echo", $"{round}", new StartOrchestrationOptions("i"));
            }

            Assert.Equal($"{round}", (await _host.EndOfAsync("i")).ReadOutputAs<string>());
        }

        Assert.Empty(_host.RefusedInstances);
    }

    /// <summary>The other engines leave it to what serves their client.</summary>
    [Fact]
    public async Task Restart_of_an_open_instance_is_refused()
    {
        await _host.Client.ScheduleNewOrchestrationInstanceAsync("waits", new StartOrchestrationOptions("open"));
        await Assert.ThrowsAsync<InvalidOperationException>(() => _host.Client.RestartAsync("open"));
    }

    [Fact]
    public void What_is_not_supported_says_so()
    {
        Assert.Contains("entities", Assert.Throws<NotSupportedException>(() => _host.Client.Entities).Message, StringComparison.Ordinal);
        Assert.Contains(
            "rewind", Assert.Throws<NotSupportedException>(() => { _ = _host.Client.RewindInstanceAsync("i", "why"); }).Message,
            StringComparison.Ordinal);
    }
}
