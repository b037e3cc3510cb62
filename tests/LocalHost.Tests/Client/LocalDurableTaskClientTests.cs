using DurableTask.Core.Exceptions;
using Microsoft.DurableTask;
using Microsoft.DurableTask.Client;
using Orchestrator.LocalHost.Journal;
using Orchestrator.Testing;

namespace Orchestrator.LocalHost.Tests.Client;

public sealed class LocalDurableTaskClientTests : IAsyncLifetime
{
    private readonly SteppedTimeProvider _time = new();
    private readonly MemoryJournal _journal = new();
    private LocalDurableHost _host = null!;

    public async Task InitializeAsync() => _host = await LocalDurableHost.StartAsync(b =>
    {
        b.TimeProvider = _time;
        b.Journal = _journal;
        b.AddOrchestrator("waits", async (TaskOrchestrationContext c) => await c.WaitForExternalEvent<string>("go"));
        b.AddOrchestrator("echo", (TaskOrchestrationContext _, string text) => text);
    });

    public async Task DisposeAsync() => await _host.DisposeAsync();

    [Fact]
    public async Task Start_gives_an_id_or_takes_the_given_one()
    {
        Assert.Equal(32, (await _host.Client.ScheduleNewOrchestrationInstanceAsync("echo", "x")).Length);
        Assert.Equal("mine", await _host.Client.ScheduleNewOrchestrationInstanceAsync("echo", "x", new StartOrchestrationOptions("mine")));
    }

    [Fact]
    public async Task Start_under_the_id_of_an_unfinished_instance_is_refused()
    {
        await _host.Client.ScheduleNewOrchestrationInstanceAsync("waits", new StartOrchestrationOptions("i"));
        var error = await Assert.ThrowsAsync<OrchestrationAlreadyExistsException>(() => _host.Client.ScheduleNewOrchestrationInstanceAsync("waits", new StartOrchestrationOptions("i")));
        Assert.Contains("An Orchestration instance with the ID i already exists.", error.Message, StringComparison.Ordinal);
    }

    [Fact]
    public async Task Start_by_racing_callers_lets_one_win()
    {
        var wins = await Task.WhenAll(Enumerable.Range(0, 32).Select(_ => Task.Run(async () =>
        {
            try
            {
                await _host.Client.ScheduleNewOrchestrationInstanceAsync("waits", new StartOrchestrationOptions("i"));
                return 1;
            }
            catch (OrchestrationAlreadyExistsException)
            {
                return 0;
            }
        })));
        Assert.Equal(1, wins.Sum());
    }

    [Fact]
    public async Task Start_under_the_id_of_a_finished_instance_replaces_it()
    {
        Assert.Equal("a", (await _host.RunAsync("echo", "a", "i")).ReadOutputAs<string>());
        Assert.Equal("b", (await _host.RunAsync("echo", "b", "i")).ReadOutputAs<string>());
        Assert.Equal([new JournalId("i", 1)], await _journal.ListAsync().ToListAsync());
    }

    [Fact]
    public async Task Start_with_dedupe_statuses_follows_them()
    {
        await _host.RunAsync("echo", "a", "i");
        var onlyOnce = new StartOrchestrationOptions("i").WithDedupeStatuses(OrchestrationRuntimeStatus.Completed);
        await Assert.ThrowsAsync<OrchestrationAlreadyExistsException>(() => _host.Client.ScheduleNewOrchestrationInstanceAsync("echo", "b", onlyOnce));
        await _host.Client.ScheduleNewOrchestrationInstanceAsync("waits", new StartOrchestrationOptions("w"));
        await _host.Client.ScheduleNewOrchestrationInstanceAsync("echo", "c", new StartOrchestrationOptions("w").WithDedupeStatuses(OrchestrationRuntimeStatus.Completed));
        Assert.Equal("c", (await _host.EndOfAsync("w")).ReadOutputAs<string>());
    }

    [Theory]
    [InlineData("@entity@key", "entity")]
    [InlineData("", "")]
    public async Task Ids_that_cannot_be_are_refused(string id, string said) =>
        Assert.Contains(said, (await Assert.ThrowsAnyAsync<ArgumentException>(() => _host.Client.ScheduleNewOrchestrationInstanceAsync("echo", "x", new StartOrchestrationOptions(id)))).Message, StringComparison.Ordinal);

    [Fact]
    public async Task Get_without_payloads_leaves_them_out()
    {
        await _host.RunAsync("echo", "a", "i");
        var metadata = (await _host.Client.GetInstanceAsync("i"))!;
        Assert.Null(metadata.SerializedOutput);
        Assert.Throws<InvalidOperationException>(() => metadata.ReadOutputAs<string>());
    }

    [Fact]
    public async Task Waits_can_be_cancelled_and_see_an_instance_that_comes_later()
    {
        using var cancel = new CancellationTokenSource();
        var cancelled = _host.Client.WaitForInstanceCompletionAsync("i", cancel.Token);
        var served = _host.Client.WaitForInstanceCompletionAsync("i");
        await cancel.CancelAsync();
        await Assert.ThrowsAnyAsync<OperationCanceledException>(() => cancelled);
        await _host.RunAsync("echo", "a", "i");
        Assert.True((await served).IsCompleted);
    }

    [Fact]
    public async Task Query_filters_and_pages()
    {
        for (var i = 0; i < 7; i++)
        {
            await _host.RunAsync("echo", $"{i}", $"done-{i}");
            _time.Advance(TimeSpan.FromMinutes(1));
        }

        await _host.Client.ScheduleNewOrchestrationInstanceAsync("waits", new StartOrchestrationOptions("open"));
        var pages = await _host.Client.GetAllInstancesAsync(new OrchestrationQuery(PageSize: 3, Statuses: [OrchestrationRuntimeStatus.Completed])).AsPages().ToListAsync();
        Assert.Equal([3, 3, 1], pages.Select(page => page.Values.Count));
        Assert.Null(pages[^1].ContinuationToken);
        var rest = await _host.Client.GetAllInstancesAsync(new OrchestrationQuery(ContinuationToken: pages[0].ContinuationToken)).ToListAsync();
        Assert.Equal(5, rest.Count);
        var start = new DateTimeOffset(2030, 1, 1, 0, 0, 0, TimeSpan.Zero);
        var middle = await _host.Client.GetAllInstancesAsync(new OrchestrationQuery(start.AddMinutes(2), start.AddMinutes(4), InstanceIdPrefix: "done", FetchInputsAndOutputs: true)).ToListAsync();
        Assert.Equal(["2", "3", "4"], middle.Select(found => found.ReadOutputAs<string>()));
        Assert.Equal(["open"], (await _host.Client.GetAllInstancesAsync(new OrchestrationQuery(Statuses: [OrchestrationRuntimeStatus.Running])).ToListAsync()).Select(found => found.InstanceId));
        var ids = await _host.Client.ListInstanceIdsAsync(pageSize: 5);
        Assert.Equal((5, "done-4"), (ids.Values.Count, ids.ContinuationToken));
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

    [Fact]
    public async Task Purge_by_filter_takes_what_it_selects()
    {
        await _host.RunAsync("echo", "a", "old");
        _time.Advance(TimeSpan.FromDays(2));
        await _host.RunAsync("echo", "a", "new");
        var before = _time.GetUtcNow().AddDays(-1);
        Assert.Equal(1, (await _host.Client.PurgeAllInstancesAsync(new PurgeInstancesFilter(CreatedTo: before))).PurgedInstanceCount);
        Assert.NotNull(await _host.Client.GetInstanceAsync("new"));
    }

    [Fact]
    public async Task Restart_runs_again_with_the_same_input()
    {
        await _host.RunAsync("echo", "a", "i");
        Assert.Equal("i", await _host.Client.RestartAsync("i"));
        Assert.Equal("a", (await _host.EndOfAsync("i")).ReadOutputAs<string>());
        var other = await _host.Client.RestartAsync("i", restartWithNewInstanceId: true);
        Assert.NotEqual("i", other);
        Assert.Equal("a", (await _host.EndOfAsync(other)).ReadOutputAs<string>());
        await Assert.ThrowsAsync<ArgumentException>(() => _host.Client.RestartAsync("nobody"));
        await _host.Client.ScheduleNewOrchestrationInstanceAsync("waits", new StartOrchestrationOptions("open"));
        await Assert.ThrowsAsync<InvalidOperationException>(() => _host.Client.RestartAsync("open"));
    }

    [Fact]
    public void What_is_not_supported_says_so()
    {
        Assert.Contains("entities", Assert.Throws<NotSupportedException>(() => _host.Client.Entities).Message, StringComparison.Ordinal);
        Assert.Contains("rewind", Assert.Throws<NotSupportedException>(() => { _ = _host.Client.RewindInstanceAsync("i", "why"); }).Message, StringComparison.Ordinal);
    }
}
