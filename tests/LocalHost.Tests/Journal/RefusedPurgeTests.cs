using Microsoft.DurableTask;
using Orchestrator.LocalHost.Journal;
using Orchestrator.Testing;

namespace Orchestrator.LocalHost.Tests.Journal;

/// <summary>A purge by id deletes a refused instance.</summary>
[Trait("Trust", "15")]
public sealed class RefusedPurgeTests
{
    [Fact]
    public async Task Purge_of_a_refused_instance_deletes_its_history_and_the_id_can_be_used_again()
    {
        using var folder = new TempFolder();
        await using (var host = await StartAsync(folder))
        {
            foreach (var id in (string[])["a", "b"])
            {
                await host.Client.ScheduleNewOrchestrationInstanceAsync("waits", new StartOrchestrationOptions(id));
            }
        }

        var history = folder.Combine("instances/a~0.jsonl");
        await File.WriteAllTextAsync(history, "no history\nat all\n");
        await using var restarted = await StartAsync(folder);
        await Assert.ThrowsAsync<JournalException>(() => restarted.Client.GetInstanceAsync("a", CancellationToken.None));

        Assert.Equal(0, (await restarted.Client.PurgeInstanceAsync("b", CancellationToken.None)).PurgedInstanceCount);
        Assert.Equal(1, (await restarted.Client.PurgeInstanceAsync("a", CancellationToken.None)).PurgedInstanceCount);

        Assert.False(File.Exists(history));
        Assert.Null(await restarted.Client.GetInstanceAsync("a", CancellationToken.None));
        Assert.NotNull(await restarted.Client.GetInstanceAsync("b", CancellationToken.None));
        await restarted.Client.ScheduleNewOrchestrationInstanceAsync("waits", new StartOrchestrationOptions("a"));
        Assert.NotNull(await restarted.Client.GetInstanceAsync("a", CancellationToken.None));
    }

    private static Task<LocalDurableHost> StartAsync(TempFolder folder) => LocalDurableHost.StartAsync(builder =>
    {
        builder.Journal = FileJournal.Open(folder.Path);
        builder.AddOrchestrator("waits", (TaskOrchestrationContext context) => context.WaitForExternalEvent<int>("e"));
    });
}
