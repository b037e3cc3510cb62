using System.Text.Json.Nodes;
using Orchestrator.Activities.Tests.Runs;

namespace Orchestrator.Activities.Tests.Execution;

/// <summary>The memory that the execution of a step takes for a moment. A store in memory completes every call at once, so one thread does all.</summary>
public sealed class StepAllocationTests
{
    private const int Steps = 400;

    /// <summary>Maximum bytes of a step of a chain with a mocked prompt: 34,400 in a Debug build, whose state machines are objects.</summary>
    private const int MaxBytes = 40_000;

    [Fact]
    public async Task Step_of_a_chain_stays_within_its_budget()
    {
        var runs = new TestRuns();
        var run = await runs.BeginAsync(Chain(), """{ "topic": "bounds" }""");
        for (var step = 0; step < Steps / 2; step++)
        {
            await runs.ExecuteAsync(run, step);
        }

        var before = GC.GetAllocatedBytesForCurrentThread();
        for (var step = Steps / 2; step < Steps; step++)
        {
            Assert.True(runs.ExecuteAsync(run, step).IsCompletedSuccessfully);
        }

        Assert.InRange((GC.GetAllocatedBytesForCurrentThread() - before) / (Steps / 2), 1, MaxBytes);
    }

    private static string Chain()
    {
        var steps = new JsonArray();
        for (var step = 0; step < Steps; step++)
        {
            steps.Add((JsonNode)new JsonObject
            {
                ["id"] = $"s{step}",
                ["prompt"] = step == 0 ? "Begin with {{topic}}." : $"Part {step} on {{{{topic}}}}. After {{{{s{step - 1}}}}}.",
                ["dependsOn"] = step == 0 ? [] : new JsonArray($"s{step - 1}"),
            });
        }

        return new JsonObject { ["steps"] = steps }.ToJsonString();
    }
}
