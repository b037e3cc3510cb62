using Orchestrator.Activities.Feed;
using Orchestrator.LocalHost.Journal;
using Orchestrator.Storage.Files;
using Orchestrator.Testing;
using Orchestrator.Workflows.Runs;

namespace Orchestrator.Functions.Tests.Orchestrations;

/// <summary>A state folder that is not used for a while, with a run that has not ended.</summary>
[Trait("Trust", "1")]
public sealed class LongPauseTests
{
    private const string Chain = """
        { "options": { "parallelBatchDelay": 0 },
          "steps": [ { "id": "a", "prompt": "1" }, { "id": "b", "prompt": "2", "dependsOn": ["a"] },
          { "id": "c", "prompt": "3", "dependsOn": ["b"] } ] }
        """;

    [Theory]
    [InlineData(1)]
    [InlineData(24)]
    [InlineData(24 * 30)]
    public async Task Run_goes_on_where_it_was_after_a_long_time(int hours)
    {
        using var folder = new TempFolder();
        var store = new FileContentStore(folder.Path, TimeProvider.System);
        await store.LeftoversRemoved;
        await using (var first = await AppHost.StartAsync(FileJournal.Open(folder.Combine("journal")), store))
        {
            await first.StartRunAsync(
                "r1", Chain, """{ "a": [ { "output": "A" } ], "b": [ { "output": "B", "latencyMs": 600000 } ], "c": [ { "output": "C" } ] }""");
            await foreach (var item in first.Get<RunEventFeed>().FollowAsync(await first.IdentityAsync("r1"), withTexts: true, CancellationToken.None))
            {
                if (item is { Event: "step.completed", StepId: "a" })
                {
                    break;
                }
            }
        }

        var before = Histories(folder);
        foreach (var path in Directory.EnumerateFileSystemEntries(folder.Path, "*", SearchOption.AllDirectories))
        {
            File.SetLastWriteTimeUtc(path, DateTime.UtcNow.AddHours(-hours));
        }

        var later = new FileContentStore(folder.Path, TimeProvider.System);
        await later.LeftoversRemoved;

        Assert.Equal(before, Histories(folder));
        await using var second = await AppHost.StartAsync(FileJournal.Open(folder.Combine("journal")), later);
        Assert.Equal(StepStatus.Completed, (await second.Get<RunReader>().FindAsync("r1", CancellationToken.None))!.Steps["a"].Status);
        Assert.NotNull(await second.Client.GetInstanceAsync("r1", CancellationToken.None));
    }

    private static List<string> Histories(TempFolder folder) =>
        [.. Directory.EnumerateFiles(folder.Combine("journal"), "*.jsonl", SearchOption.AllDirectories).Select(Path.GetFileName).OfType<string>()
            .Order(StringComparer.Ordinal)];
}
