using System.Collections.Concurrent;
using Microsoft.DurableTask;
using Microsoft.DurableTask.Client;
using Orchestrator.LocalHost.Journal;

namespace Orchestrator.LocalHost.Tests.Runtime;

/// <summary>What host.json calls <c>versionMatchStrategy: Strict</c> with <c>versionFailureStrategy: Fail</c>.</summary>
public sealed class VersionMatchTests
{
    private readonly MemoryJournal _journal = new();
    private readonly ConcurrentQueue<string> _ran = new();
    private readonly TaskCompletionSource<string> _told = new(TaskCreationOptions.RunContinuationsAsynchronously);

    [Theory]
    [InlineData("1")]
    [InlineData("3")]
    [InlineData("")]
    public async Task Instance_of_another_version_is_failed_before_its_code_runs(string version)
    {
        await using var host = await StartAsync("2");

        await host.Client.ScheduleNewOrchestrationInstanceAsync("waits", new StartOrchestrationOptions("i") { Version = version });

        var failed = await host.EndOfAsync("i");
        Assert.Equal((OrchestrationRuntimeStatus.Failed, "VersionMismatch"), (failed.RuntimeStatus, failed.FailureDetails!.ErrorType));
        Assert.Equal($"The orchestration version '{version}' does not match the worker version '2'.", failed.FailureDetails.ErrorMessage);
        Assert.Empty(_ran);
        Assert.Equal("i", await _told.Task.WaitAsync(TimeSpan.FromSeconds(30)));
    }

    [Theory]
    [InlineData("1", "2", true)]
    [InlineData("2", "1", true)]
    [InlineData(null, "1", true)]
    [InlineData("1", null, false)]
    public async Task Open_instance_is_failed_by_a_host_of_another_version_and_its_histories_stay(string? before, string? after, bool fails)
    {
        await using (var first = await StartAsync(before))
        {
            foreach (var id in (string[])["i", "suspended"])
            {
                await first.Client.ScheduleNewOrchestrationInstanceAsync("waits", new StartOrchestrationOptions(id));
                await first.Client.WaitForInstanceStartAsync(id);
            }

            await first.Client.SuspendInstanceAsync("suspended");
        }

        _ran.Clear();
        await using (var second = await StartAsync(after))
        {
            if (fails)
            {
                Assert.Equal("VersionMismatch", (await second.EndOfAsync("i")).FailureDetails!.ErrorType);
                Assert.Equal("VersionMismatch", (await second.EndOfAsync("suspended")).FailureDetails!.ErrorType);
                await AssertToldAsync(second);
                Assert.Empty(_ran);
            }
            else
            {
                await second.Client.RaiseEventAsync("i", "go", "went");
                Assert.Equal("went", (await second.EndOfAsync("i")).ReadOutputAs<string>());
            }
        }

        await using var third = await StartAsync(before);
        Assert.Equal(fails ? OrchestrationRuntimeStatus.Failed : OrchestrationRuntimeStatus.Completed, (await third.EndOfAsync("i")).RuntimeStatus);
        if (fails)
        {
            await AssertToldAsync(third);
        }

        static async Task AssertToldAsync(LocalDurableHost host)
        {
            Assert.True((await host.EndOfAsync("suspended")).FailureDetails!.Properties!.ContainsKey("suspended"));
            Assert.Null((await host.EndOfAsync("i")).FailureDetails!.Properties);
        }
    }

    private Task<LocalDurableHost> StartAsync(string? version) => LocalDurableHost.StartAsync(b =>
    {
        b.Journal = _journal;
        b.Options.DefaultVersion = version ?? "";
        b.Options.FailsOtherVersions = version is not null;
        b.Options.OnVersionMismatch = id => _told.TrySetResult(id);
        b.AddOrchestrator("waits", (TaskOrchestrationContext c) =>
        {
            _ran.Enqueue(c.InstanceId);
            return c.WaitForExternalEvent<string>("go");
        });
    });
}
