using System.Text.Json;

namespace Orchestrator.Cli.Tests.Trust;

public sealed class WideRunTests : IDisposable
{
    private readonly Workspace _workspace = new();

    public void Dispose() => _workspace.Dispose();

    /// <summary>The default host has 64 lanes: the cancellation must not queue behind the other 136 steps.</summary>
    [Fact]
    [Trait("Trust", "8")]
    public async Task Run_with_more_steps_than_lanes_executes_none_to_its_end_after_its_time_is_over()
    {
        var definition = JsonSerializer.Serialize(new
        {
            options = new { maxParallelism = 200, maxDuration = 500, parallelBatchDelay = 0 },
            steps = Enumerable.Range(0, 200).Select(n => new { id = $"s{n}", type = "tool", tool = "delay", input = new { ms = 5_000 } }),
        });

        var result = await Workspace.InvokeAsync("run", _workspace.Write("workflow.json", definition), "--state", _workspace.State, "--json");

        result.AssertExit(ExitCodes.Cancelled);
        var run = result.Json();
        Assert.Equal("timedOut", run.GetProperty("status").GetString());
        Assert.All(run.GetProperty("steps").EnumerateObject(), step => Assert.Equal("cancelled", step.Value.GetProperty("status").GetString()));
    }
}
