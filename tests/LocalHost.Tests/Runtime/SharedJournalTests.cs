using Microsoft.DurableTask;
using Microsoft.DurableTask.Client;
using Orchestrator.LocalHost.Journal;
using Orchestrator.Testing;

namespace Orchestrator.LocalHost.Tests.Runtime;

/// <summary>Hosts that share a folder: each instance is driven by one of them, the others read it and leave messages.</summary>
public sealed class SharedJournalTests : IDisposable
{
    private static readonly TimeSpan Patience = TimeSpan.FromSeconds(30);

    private readonly TempFolder _folder = new();
    private int _started;

    private string Instances => _folder.Combine("instances");

    public void Dispose() => _folder.Dispose();

    [Fact]
    public async Task Instance_that_another_host_drives_is_seen_steered_and_waited_for()
    {
        await using var driver = await StartAsync();
        await using var other = await StartAsync();
        await driver.Client.ScheduleNewOrchestrationInstanceAsync("Wait", null, new StartOrchestrationOptions("mine"));
        await driver.Client.WaitForInstanceStartAsync("mine").WaitAsync(Patience);

        Assert.Equal(OrchestrationRuntimeStatus.Running, (await other.Client.GetInstanceAsync("mine"))!.RuntimeStatus);
        Assert.Equal("mine", Assert.Single(await other.Client.GetAllInstancesAsync().ToListAsync()).InstanceId);
        Assert.NotNull(await other.RecoverInstanceAsync("mine"));
        Assert.Equal(0, (await other.Client.PurgeInstanceAsync("mine")).PurgedInstanceCount);
        await other.Client.SuspendInstanceAsync("mine").WaitAsync(Patience);
        Assert.Equal(OrchestrationRuntimeStatus.Suspended, (await driver.Client.GetInstanceAsync("mine"))!.RuntimeStatus);
        await other.Client.ResumeInstanceAsync("mine").WaitAsync(Patience);
        var end = other.Client.WaitForInstanceCompletionAsync("mine", getInputsAndOutputs: true);
        await other.Client.RaiseEventAsync("mine", "Go", "done").WaitAsync(Patience);

        Assert.Equal("done", (await end.WaitAsync(Patience)).ReadOutputAs<string>());
        Assert.Equal(1, _started);
        Assert.Empty(Directory.GetFiles(_folder.Combine("inbox")));
    }

    [Fact]
    public async Task Host_that_starts_leaves_what_another_drives_and_takes_over_when_that_is_gone()
    {
        var driver = await StartAsync();
        await driver.Client.ScheduleNewOrchestrationInstanceAsync("Wait", null, new StartOrchestrationOptions("mine"));
        await driver.Client.WaitForInstanceStartAsync("mine").WaitAsync(Patience);
        await using (var beside = await StartAsync())
        {
            Assert.Empty(beside.Driven);
        }

        await driver.DisposeAsync();
        await using var next = await StartAsync();

        Assert.Equal(["mine"], next.Driven);
        await next.Client.RaiseEventAsync("mine", "Go", "done").WaitAsync(Patience);
        await next.Client.WaitForInstanceCompletionAsync("mine").WaitAsync(Patience);
    }

    [Fact]
    public async Task Instance_that_is_not_to_continue_waits_for_a_request_and_its_children_continue_with_it()
    {
        await using (var first = await StartAsync())
        {
            await first.Client.ScheduleNewOrchestrationInstanceAsync("Parent", null, new StartOrchestrationOptions("parent"));
            await first.Client.WaitForInstanceStartAsync("child").WaitAsync(Patience);
        }

        await using var host = await StartAsync(recovers: (_, _) => Task.FromResult(false));
        Assert.Empty(host.Driven);
        Assert.Contains("parent", host.NotRecovered);
        Assert.Equal(OrchestrationRuntimeStatus.Running, (await host.Client.GetInstanceAsync("parent"))!.RuntimeStatus);

        Assert.Null(await host.RecoverInstanceAsync("parent"));
        await host.Client.WaitForInstanceStartAsync("child").WaitAsync(Patience);
        while (host.Driven.Count < 2)
        {
            await Task.Yield();
        }

        await host.Client.RaiseEventAsync("child", "Go", "done").WaitAsync(Patience);
        Assert.Equal("done", (await host.Client.WaitForInstanceCompletionAsync("parent", true).WaitAsync(Patience)).ReadOutputAs<string>());
    }

    [Fact]
    public async Task Unfinished_instance_that_no_host_drives_is_terminated_without_beginning_again()
    {
        await using (var first = await StartAsync())
        {
            await first.Client.ScheduleNewOrchestrationInstanceAsync("Parent", null, new StartOrchestrationOptions("parent"));
            await first.Client.WaitForInstanceStartAsync("child").WaitAsync(Patience);
        }

        var before = _started;
        await using var host = await StartAsync(recovers: (_, _) => Task.FromResult(false));
        await host.Client.TerminateInstanceAsync("parent", new TerminateInstanceOptions("enough", Recursive: true)).WaitAsync(Patience);

        Assert.Equal(
            OrchestrationRuntimeStatus.Terminated, (await host.Client.WaitForInstanceCompletionAsync("parent").WaitAsync(Patience)).RuntimeStatus);
        Assert.Equal(
            OrchestrationRuntimeStatus.Terminated, (await host.Client.WaitForInstanceCompletionAsync("child").WaitAsync(Patience)).RuntimeStatus);
        Assert.Equal(before, _started);
    }

    [Fact]
    public async Task Histories_that_have_ended_rest_unread_and_are_known_all_the_same()
    {
        await EndAsync("a", "b");
        await BreakHistoriesAsync();

        await using var host = await StartAsync();

        Assert.Empty(host.RefusedInstances);
        Assert.Equal(["a", "b"], await host.Client.GetAllInstancesAsync().Select(instance => instance.InstanceId).ToListAsync());
        var a = await host.Client.GetInstanceAsync("a", getInputsAndOutputs: true);
        Assert.Equal((OrchestrationRuntimeStatus.Completed, "\"a\"", "\"a\""), (a!.RuntimeStatus, a.SerializedInput, a.SerializedOutput));
    }

    [Theory]
    [InlineData(null)]
    [InlineData("")]
    [InlineData("garbage\n")]
    public async Task State_is_read_from_the_history_when_its_extract_is_missing_or_damaged(string? extract)
    {
        await EndAsync("a");
        var file = Path.Combine(Instances, "a~0.end");
        if (extract is null)
        {
            File.Delete(file);
        }
        else
        {
            await File.WriteAllTextAsync(file, extract);
        }

        await using (var host = await StartAsync())
        {
            Assert.Equal(OrchestrationRuntimeStatus.Completed, (await host.Client.GetInstanceAsync("a"))!.RuntimeStatus);
            Assert.Empty(host.Driven);
        }

        Assert.Equal(1, _started);
    }

    [Fact]
    public async Task Extract_that_a_crash_cut_off_anywhere_is_not_believed_and_is_written_anew_at_the_next_start()
    {
        await EndAsync("a");
        var file = Path.Combine(Instances, "a~0.end");
        var whole = await File.ReadAllBytesAsync(file);
        var lines = whole.Index().Where(at => at.Item == (byte)'\n').Select(at => at.Index + 1).ToArray();
        Assert.Equal(3, lines.Length);
        foreach (var length in (int[])[10, lines[0], lines[0] + 30, lines[1], lines[1] + 30])
        {
            await File.WriteAllBytesAsync(file, whole[..length]);

            await using (var host = await StartAsync())
            {
                Assert.Equal(OrchestrationRuntimeStatus.Completed, (await host.Client.GetInstanceAsync("a"))!.RuntimeStatus);
                Assert.Empty(host.Driven);
            }

            Assert.Equal(whole, await File.ReadAllBytesAsync(file));
        }

        Assert.Equal(1, _started);
        Assert.Empty(Directory.GetFiles(Instances, "*.tmp"));
    }

    [Fact]
    public async Task Extract_of_another_history_is_not_believed()
    {
        await EndAsync("a");
        var old = await File.ReadAllBytesAsync(Path.Combine(Instances, "a~0.end"));
        await using (var host = await StartAsync())
        {
            await host.Client.PurgeInstanceAsync("a");
            await host.Client.ScheduleNewOrchestrationInstanceAsync("Echo", "longer", new StartOrchestrationOptions("a"));
            await host.Client.WaitForInstanceCompletionAsync("a").WaitAsync(Patience);
        }

        await File.WriteAllBytesAsync(Path.Combine(Instances, "a~0.end"), old);

        await using var next = await StartAsync();
        Assert.Equal("longer", (await next.Client.GetInstanceAsync("a", getInputsAndOutputs: true))!.ReadOutputAs<string>());
    }

    [Fact]
    public async Task Purged_instance_leaves_no_file_and_its_id_can_be_used_again()
    {
        await EndAsync("a");
        await using var host = await StartAsync();

        Assert.Equal(1, (await host.Client.PurgeInstanceAsync("a")).PurgedInstanceCount);

        Assert.Empty(Directory.GetFiles(Instances));
        Assert.Null(await host.Client.GetInstanceAsync("a"));
        await host.Client.ScheduleNewOrchestrationInstanceAsync("Echo", "a", new StartOrchestrationOptions("a"));
        await host.Client.WaitForInstanceCompletionAsync("a").WaitAsync(Patience);
    }

    [Fact]
    public async Task Finished_instance_of_an_earlier_process_is_replaced_by_the_next_of_its_id()
    {
        await EndAsync("a");
        await using var host = await StartAsync();

        await host.Client.ScheduleNewOrchestrationInstanceAsync("Echo", "again", new StartOrchestrationOptions("a"));
        var end = await host.Client.WaitForInstanceCompletionAsync("a", true).WaitAsync(Patience);

        Assert.Equal("again", end.ReadOutputAs<string>());
        await host.DisposeAsync();
        Assert.Equal(["a~1.end", "a~1.jsonl"], Directory.GetFiles(Instances, "a~*").Select(Path.GetFileName).Order(StringComparer.Ordinal));
    }

    private async Task EndAsync(params string[] ids)
    {
        await using var host = await StartAsync();
        foreach (var id in ids)
        {
            await host.Client.ScheduleNewOrchestrationInstanceAsync("Echo", id, new StartOrchestrationOptions(id));
            await host.Client.WaitForInstanceCompletionAsync(id).WaitAsync(Patience);
        }
    }

    private async Task BreakHistoriesAsync()
    {
        foreach (var history in Directory.GetFiles(Instances, "*.jsonl"))
        {
            // A read of this history fails; its length is the one in its extract.
            await File.WriteAllTextAsync(history, new string('x', (int)new FileInfo(history).Length));
        }
    }

    private Task<LocalDurableHost> StartAsync(Func<string, CancellationToken, Task<bool>>? recovers = null) => LocalDurableHost.StartAsync(b =>
    {
        b.Journal = FileJournal.Open(_folder.Path);
        b.Options.Recovers = recovers;
        b.AddOrchestrator<string, string>(
            "Echo", async (TaskOrchestrationContext context, string input) => await context.CallActivityAsync<string>("Begin", input));
        b.AddOrchestrator<string?, string>("Wait", async (TaskOrchestrationContext context, string? input) =>
        {
            await context.CallActivityAsync<string>("Begin", "x");
            return await context.WaitForExternalEvent<string>("Go");
        });
        b.AddOrchestrator<string?, string>("Parent", async (TaskOrchestrationContext context, string? input) =>
            await context.CallSubOrchestratorAsync<string>("Wait", null, new SubOrchestrationOptions { InstanceId = "child" }));
        b.AddActivity<string, string>("Begin", (TaskActivityContext _, string input) =>
        {
            Interlocked.Increment(ref _started);
            return input;
        });
    });
}
