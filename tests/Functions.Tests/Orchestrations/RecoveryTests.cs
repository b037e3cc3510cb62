using Orchestrator.Activities.Feed;
using Orchestrator.Activities.RunLogs;
using Orchestrator.LocalHost.Journal;
using Orchestrator.Storage.Files;
using Orchestrator.Testing;
using Orchestrator.Workflows.Runs;

namespace Orchestrator.Functions.Tests.Orchestrations;

/// <summary>Hosts that stop in the middle of a run, and others that continue it.</summary>
public class RecoveryTests
{
    private const string Chain = """
        { "options": { "parallelBatchDelay": 0 },
          "steps": [ { "id": "a", "prompt": "1" }, { "id": "b", "prompt": "2", "dependsOn": ["a"] },
          { "id": "c", "prompt": "3", "dependsOn": ["b"] } ] }
        """;

    [Fact]
    public async Task Run_goes_on_with_another_host_and_finished_steps_are_not_executed_again()
    {
        using var folder = new TempFolder();
        var store = new FileContentStore(folder.Combine("store"), TimeProvider.System);
        await using (var first = await AppHost.StartAsync(FileJournal.Open(folder.Combine("journal")), store))
        {
            await first.StartRunAsync(
                "r1", Chain, """{ "a": [ { "output": "A" } ], "b": [ { "output": "B", "latencyMs": 300 } ], "c": [ { "output": "C" } ] }""");
            await foreach (var item in first.Get<RunEventFeed>().FollowAsync(await first.IdentityAsync("r1"), withTexts: true, CancellationToken.None))
            {
                if (item is { Event: RunEventNames.StepStarted, StepId: "b" })
                {
                    break;
                }
            }
        }

        await using var second = await AppHost.StartAsync(FileJournal.Open(folder.Combine("journal")), store);
        var run = await second.WaitAsync("r1");

        Assert.Equal(RunStatus.Completed, run.Status);
        Assert.Equal("""{"a":"A","b":"B","c":"C"}""", run.Outputs!.ToJsonString());
        var events = (await second.Get<RunEventFeed>().ReadAsync(await second.IdentityAsync("r1"), CancellationToken.None));
        Assert.Single(events, item => item is { Event: RunEventNames.StepStarted, StepId: "a" });
        Assert.Equal(1, run.Steps["b"].Attempts);
    }
}
