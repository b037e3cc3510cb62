using System.Diagnostics;
using Microsoft.DurableTask;
using Microsoft.DurableTask.Client;
using Orchestrator.LocalHost.Journal;
using Orchestrator.Testing;

namespace Orchestrator.LocalHost.Tests.Runtime;

/// <summary>
/// Requests about an instance that has ended while its host still writes the extract: they are carried out.
/// </summary>
[Trait("Trust", "15")]
public sealed class RestingTests : IDisposable
{
    private readonly TempFolder _folder = new();
    private readonly ManualResetEventSlim _slowDevice = new();
    private readonly TaskCompletionSource _reached = new(TaskCreationOptions.RunContinuationsAsynchronously);

    public void Dispose()
    {
        _slowDevice.Dispose();
        _folder.Dispose();
    }

    [Fact]
    public async Task Family_is_purged_whole_while_the_extract_of_a_child_is_written()
    {
        await using var host = await StartAsync(Journal(extracting: Slowly("child"), deleted: id => Reach(id.InstanceId == "parent")));
        await host.Client.ScheduleNewOrchestrationInstanceAsync("Parent", "Echo", new StartOrchestrationOptions("parent"));
        await host.EndOfAsync("parent");

        var purge = host.Client.PurgeInstanceAsync("parent", new PurgeInstanceOptions(Recursive: true));
        await Task.WhenAny(purge, _reached.Task).WaitAsync(HostExtensions.Patience);
        _slowDevice.Set();

        Assert.Equal(2, (await purge.WaitAsync(HostExtensions.Patience)).PurgedInstanceCount);
        Assert.Empty(Directory.GetFiles(_folder.Combine("instances")));
        Assert.Empty(Directory.GetFiles(_folder.Combine("held")));
    }

    [Fact]
    public async Task Purge_does_not_wait_for_the_extract_of_another_instance()
    {
        await using var host = await StartAsync(Journal(extracting: id => id.InstanceId == "other" ? _reached.Task : Task.CompletedTask));
        foreach (var id in (string[])["other", "a"])
        {
            await host.RunAsync("Echo", "x", id);
        }

        Assert.Equal(1, (await host.Client.PurgeInstanceAsync("a").WaitAsync(HostExtensions.Patience)).PurgedInstanceCount);
        _reached.SetResult();
    }

    [Theory]
    [InlineData("purge")]
    [InlineData("start")]
    [InlineData("restart")]
    public async Task What_another_process_asks_of_an_instance_that_has_ended_happens_once_its_extract_is_written(string what)
    {
        await using var here = await StartAsync(Journal(extracting: Slowly("a")));
        await using var elsewhere = await StartAsync(Journal(refused: Reach));
        await here.Client.ScheduleNewOrchestrationInstanceAsync("Echo", "first", new StartOrchestrationOptions("a"));
        await elsewhere.EndOfAsync("a");

        Task asked = what switch
        {
            "purge" => PurgeAsync(),
            "start" => elsewhere.Client.ScheduleNewOrchestrationInstanceAsync("Echo", "first", new StartOrchestrationOptions("a")),
            _ => elsewhere.Client.RestartAsync("a"),
        };
        await Task.WhenAny(asked, _reached.Task).WaitAsync(HostExtensions.Patience);
        _slowDevice.Set();
        await asked.WaitAsync(HostExtensions.Patience);

        Assert.Equal(
            what == "purge" ? null : "first",
            what == "purge" ? (await here.Client.GetInstanceAsync("a"))?.InstanceId : (await elsewhere.EndOfAsync("a")).ReadOutputAs<string>());

        async Task PurgeAsync() => Assert.Equal(1, (await elsewhere.Client.PurgeInstanceAsync("a")).PurgedInstanceCount);
    }

    [Fact]
    public async Task Process_that_never_releases_an_ended_instance_is_named_after_ten_seconds()
    {
        var time = new SteppedTimeProvider();
        await using var here = await StartAsync(Journal(extracting: Slowly("a")));
        await using var elsewhere = await StartAsync(Journal(), time);
        await here.Client.ScheduleNewOrchestrationInstanceAsync("Echo", "first", new StartOrchestrationOptions("a"));
        await here.EndOfAsync("a");

        var purge = elsewhere.Client.PurgeInstanceAsync("a");
        var start = time.GetUtcNow();
        var patience = Stopwatch.StartNew();
        while (!purge.IsCompleted)
        {
            Assert.True(patience.Elapsed < HostExtensions.Patience);
            time.Advance(TimeSpan.FromMilliseconds(20));
            await Task.Yield();
        }

        var problem = await Assert.ThrowsAsync<JournalException>(() => purge);
        Assert.Contains($"process {Environment.ProcessId} on host", problem.Message, StringComparison.Ordinal);
        Assert.True(time.GetUtcNow() - start >= TimeSpan.FromSeconds(10));
        Assert.Equal(OrchestrationRuntimeStatus.Completed, (await elsewhere.Client.GetInstanceAsync("a"))!.RuntimeStatus);
        _slowDevice.Set();
    }

    [Fact]
    public async Task Message_that_an_instance_ended_before_it_saw_is_not_for_the_next_of_its_id()
    {
        await using var here = await StartAsync(Journal(receives: false));
        await using var elsewhere = await StartAsync(Journal(receives: false));
        await here.Client.ScheduleNewOrchestrationInstanceAsync("Wait", "x", new StartOrchestrationOptions("a"));
        await here.Client.WaitForInstanceStartAsync("a").WaitAsync(HostExtensions.Patience);
        using var inbox = new FileSystemWatcher(_folder.Combine("inbox"));
        inbox.Created += (_, _) => _reached.TrySetResult();
        inbox.EnableRaisingEvents = true;

        var terminate = elsewhere.Client.TerminateInstanceAsync("a");
        await _reached.Task.WaitAsync(HostExtensions.Patience);
        await here.Client.RaiseEventAsync("a", "Go", "done");
        await terminate.WaitAsync(HostExtensions.Patience);

        Assert.Empty(Directory.GetFiles(_folder.Combine("inbox")));
        Assert.Equal("done", (await elsewhere.EndOfAsync("a")).ReadOutputAs<string>());
    }

    [Fact]
    public async Task Instance_that_begins_anew_while_another_process_looks_is_seen()
    {
        var replaced = new TaskCompletionSource(TaskCreationOptions.RunContinuationsAsynchronously);
        await using var here = await StartAsync(Journal(deleted: _ => replaced.TrySetResult()));
        await here.RunAsync("Echo", "x", "a");
        await using var elsewhere = await StartAsync(Journal(listed: async _ =>
        {
            if (!replaced.Task.IsCompleted)
            {
                await here.Client.RestartAsync("a");
                await replaced.Task.WaitAsync(HostExtensions.Patience);
            }
        }));

        Assert.NotNull(await elsewhere.Client.GetInstanceAsync("a"));
    }

    [Fact]
    public async Task Child_is_steered_by_the_process_that_drives_its_parent()
    {
        await using var here = await StartAsync(Journal());
        await using var elsewhere = await StartAsync(Journal());
        await here.Client.ScheduleNewOrchestrationInstanceAsync("Parent", "Wait", new StartOrchestrationOptions("parent"));
        await here.Client.WaitForInstanceStartAsync("child").WaitAsync(HostExtensions.Patience);

        Assert.Contains($"process {Environment.ProcessId}", await elsewhere.RecoverInstanceAsync("child"), StringComparison.Ordinal);
        await elsewhere.Client.TerminateInstanceAsync("child").WaitAsync(HostExtensions.Patience);

        Assert.Equal(OrchestrationRuntimeStatus.Terminated, (await here.EndOfAsync("child")).RuntimeStatus);
        Assert.Equal(OrchestrationRuntimeStatus.Failed, (await here.EndOfAsync("parent")).RuntimeStatus);
        Assert.DoesNotContain("child", elsewhere.Driven);
        Assert.Equal(2, (await elsewhere.Client.PurgeInstanceAsync("parent", new PurgeInstanceOptions(Recursive: true))).PurgedInstanceCount);
        Assert.Empty(Directory.GetFiles(_folder.Combine("instances")));
    }

    private Func<JournalId, Task> Slowly(string instanceId) => id =>
    {
        Assert.True(id.InstanceId != instanceId || _slowDevice.Wait(HostExtensions.Patience));
        return Task.CompletedTask;
    };

    private void Reach(string instanceId) => _reached.TrySetResult();

    private void Reach(bool isThere)
    {
        if (isThere)
        {
            _reached.TrySetResult();
        }
    }

    private SharedJournalDouble Journal(
        Func<JournalId, Task>? extracting = null, Action<JournalId>? deleted = null, Action<string>? refused = null,
        Func<string, Task>? listed = null,
        bool receives = true) => new(FileJournal.Open(_folder.Path))
        {
            Extracting = extracting,
            Deleted = deleted,
            Refused = refused,
            Listed = listed,
            Receives = receives,
        };

    private static Task<LocalDurableHost> StartAsync(SharedJournalDouble journal, TimeProvider? time = null) => LocalDurableHost.StartAsync(b =>
    {
        b.Journal = journal;
        b.TimeProvider = time;
        b.AddOrchestrator<string, string>("Echo", (TaskOrchestrationContext _, string input) => Task.FromResult(input));
        b.AddOrchestrator<string, string>(
            "Wait", async (TaskOrchestrationContext context, string _) => await context.WaitForExternalEvent<string>("Go"));
        b.AddOrchestrator<string, string>("Parent", async (TaskOrchestrationContext context, string child) =>
            await context.CallSubOrchestratorAsync<string>(child, "x", new SubOrchestrationOptions { InstanceId = "child" }));
    });
}
