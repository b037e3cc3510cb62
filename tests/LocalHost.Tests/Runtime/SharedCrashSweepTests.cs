using Microsoft.DurableTask;
using Orchestrator.LocalHost.Journal;
using Orchestrator.Testing;

namespace Orchestrator.LocalHost.Tests.Runtime;

/// <summary>
/// Two processes share a folder, and one of them dies at its k-th write of what they share, for every k. Another process takes its place and the
/// results are the same: what was asked for happened, and nothing is left.
/// </summary>
[Trait("Trust", "1")]
public sealed class SharedCrashSweepTests
{
    [Theory]
    [InlineData(DeathPoint.Before)]
    [InlineData(DeathPoint.Torn)]
    [InlineData(DeathPoint.After)]
    public async Task Driver_may_die_at_any_shared_write(DeathPoint point) => Assert.InRange(await SweepAsync(point, isDriver: true), 4, 12);

    [Theory]
    [InlineData(DeathPoint.Before)]
    [InlineData(DeathPoint.After)]
    public async Task Asking_process_may_die_at_any_shared_write(DeathPoint point) => Assert.InRange(await SweepAsync(point, isDriver: false), 4, 12);

    /// <returns>How many deaths there were.</returns>
    private static async Task<int> SweepAsync(DeathPoint point, bool isDriver)
    {
        for (var k = 1; ; k++)
        {
            using var folder = new TempFolder();
            var dying = new DyingJournal(FileJournal.Open(folder.Path), folder.Path, k, point);
            try
            {
                Assert.Equal("\"x\"", await PlayAsync(folder, dying, isDriver));
            }
            catch (Exception problem) when (problem is not Xunit.Sdk.XunitException)
            {
                Assert.Fail($"Death {point} write {k}: {problem}");
            }

            foreach (var part in (string[])["instances", "inbox", "held"])
            {
                Assert.True(
                    Directory.GetFiles(folder.Combine(part)) is [],
                    $"Death {point} write {k} leaves {string.Join(", ", Directory.GetFiles(folder.Combine(part)))}");
            }

            if (!dying.IsDead)
            {
                return k - 1;
            }
        }
    }

    private static async Task<string?> PlayAsync(TempFolder folder, DyingJournal dying, bool isDriver)
    {
        List<LocalDurableHost> hosts = [];
        var driver = await StartAsync(isDriver ? dying : FileJournal.Open(folder.Path));
        var asker = await StartAsync(isDriver ? FileJournal.Open(folder.Path) : dying);
        await DoAsync(byDriver: true, async host =>
        {
            if (await host.Client.GetInstanceAsync("parent") is null)
            {
                await host.Client.ScheduleNewOrchestrationInstanceAsync("Parent", new StartOrchestrationOptions("parent"));
            }

            await host.Client.WaitForInstanceStartAsync("child");
        });
        await DoAsync(byDriver: false, host => host.Client.RaiseEventAsync("child", "Go", "x"));
        string? result = null;
        await DoAsync(byDriver: true, async host => result = (await host.EndOfAsync("parent")).SerializedOutput);
        await DoAsync(byDriver: false, async host =>
        {
            foreach (var id in (string[])["parent", "child"])
            {
                await host.Client.PurgeInstanceAsync(id);
            }
        });
        if (!dying.IsDead)
        {
            hosts.AddRange([driver, asker]);
        }
        else
        {
            hosts.Add(isDriver ? asker : driver);
        }

        foreach (var host in hosts)
        {
            await host.DisposeAsync();
        }

        return result;

        // A killed process does not answer: another one is started and the request repeated.
        async Task DoAsync(bool byDriver, Func<LocalDurableHost, Task> step)
        {
            var asked = step(byDriver ? driver : asker);
            await Task.WhenAny(asked, byDriver == isDriver ? dying.Died : asked).WaitAsync(HostExtensions.Patience);
            if (byDriver == isDriver && dying.IsDead && hosts.Count == 0)
            {
                // The killed process's last answer does not count.
                _ = asked.ContinueWith(static unseen => unseen.Exception, TaskScheduler.Default);
                await dying.Died.WaitAsync(HostExtensions.Patience);
                var next = await StartAsync(FileJournal.Open(folder.Path));
                hosts.Add(next);
                (driver, asker) = isDriver ? (next, asker) : (driver, next);
                asked = step(next);
            }

            await asked.WaitAsync(HostExtensions.Patience);
        }
    }

    private static Task<LocalDurableHost> StartAsync(ISharedJournal journal) => LocalDurableHost.StartAsync(b =>
    {
        b.Journal = journal;
        b.AddOrchestrator("Wait", (TaskOrchestrationContext context) => context.WaitForExternalEvent<string>("Go"));
        b.AddOrchestrator("Parent", (TaskOrchestrationContext context) =>
            context.CallSubOrchestratorAsync<string>("Wait", options: new SubOrchestrationOptions(instanceId: "child")));
    });
}
