using System.Text.Json;
using Orchestrator.Testing;
using Orchestrator.Workflows.Runs;

namespace Orchestrator.Functions.Tests.Activities;

public sealed class SteeringLaneTests
{
    [Fact]
    public async Task Run_with_more_steps_than_lanes_is_over_as_soon_as_its_time_is()
    {
        var machine = new SteppedTimeProvider();
        await using var app = await TimedHost.StartAsync(machine, new HeldModels(), lanes: 8);
        await app.StartRunAsync(JsonSerializer.Serialize(new
        {
            options = new { maxParallelism = 200, maxDuration = 1_000, parallelBatchDelay = 0 },
            steps = Enumerable.Range(0, 200).Select(n => new { id = $"s{n}", type = "tool", tool = "delay", input = new { ms = 20_000 } }),
        }));
        await machine.WhenTimersAsync(17); // the run's time, and eight steps with a limit and a wait each
        machine.Advance(TimeSpan.FromSeconds(1));
        var run = await app.EndAsync();

        Assert.Equal(RunStatus.TimedOut, run.Status);
        Assert.All(run.Steps.Values, step => Assert.Equal(StepStatus.Cancelled, step.Status));
        Assert.Equal(1_000, run.Usage.TotalDurationMs);
    }
}
