using Orchestrator.Activities.Feed;
using Orchestrator.Activities.RunLogs;
using Orchestrator.Cli.Output;
using Orchestrator.Workflows.Planning;
using Spectre.Console;

namespace Orchestrator.Cli.Tests.Output;

/// <summary>The lines of the live view.</summary>
public class StepTableTests
{
    [Fact]
    public void Resumed_run_shows_what_it_reuses_at_once_and_counts_it()
    {
        var run = Run(["a", "b", "c"], attempt: 2, "a") with { Reused = new Dictionary<string, CheckpointReference> { ["a"] = new(1, 1) } };
        var projection = RunProjection.Of(run);

        var before = Draw(run, projection);
        projection.Apply(new RunEvent(RunEventNames.StepFailed, "r", 1, default) { StepId = "b", Attempt = 1 });
        projection.Apply(new RunEvent(RunEventNames.StepSkipped, "r", 2, default) { StepId = "c" });
        var after = Draw(run, projection);

        Assert.Matches("a +│ reused", before);
        Assert.Contains("1 of 3 steps", before, StringComparison.Ordinal);
        Assert.Matches("b +│ pending", after);
        Assert.Contains("2 of 3 steps", after, StringComparison.Ordinal);
    }

    [Fact]
    public void Fork_counts_the_usage_of_reused_steps_which_its_own_feed_does_not_have()
    {
        var run = Run(["a", "b", "c"], attempt: 1, "a", "b") with
        {
            Reused = new Dictionary<string, CheckpointReference> { ["a"] = new(0, 1) },
            Given = new Dictionary<string, GivenOutput> { ["b"] = new("by hand", null) },
        };

        var drawn = Draw(run, RunProjection.Of(run));

        Assert.Matches("b +│ reused", drawn);
        Assert.Contains("2 of 3 steps", drawn, StringComparison.Ordinal);
    }

    [Fact]
    public void Of_a_long_run_only_the_steps_that_move_are_drawn_and_all_are_counted()
    {
        var run = Run([.. Enumerable.Range(0, 100).Select(step => $"s{step}")], attempt: 1);
        var projection = RunProjection.Of(run);
        projection.Apply(new RunEvent(RunEventNames.StepStarted, "r", 1, default) { StepId = "s7", Attempt = 1 });
        projection.Apply(new RunEvent(RunEventNames.StepCompleted, "r", 1, default) { StepId = "s8", Attempt = 1 });

        var drawn = Draw(run, projection);

        Assert.Matches("s7 +│ running", drawn);
        Assert.DoesNotContain("s8", drawn, StringComparison.Ordinal);
        Assert.Contains("1 of 100 steps", drawn, StringComparison.Ordinal);
    }

    private static PreparedRun Run(string[] ids, int attempt, params string[] reused) => new()
    {
        RunId = "r",
        RunAttempt = attempt,
        Plan = new RunPlan { RunId = "r", Steps = [.. ids.Select(id => new GraphStep(id) { Reused = reused.Contains(id) })] },
        Inputs = [],
        Prompts = new Dictionary<string, PreparedPrompt>(),
        Steps = [.. ids.Select(id => new PreparedStep { Id = id, OutputKey = id, TimeoutMs = 1 })],
    };

    private static string Draw(PreparedRun run, RunProjection projection)
    {
        using var output = new StringWriter();
        var console = AnsiConsole.Create(
            new AnsiConsoleSettings { Ansi = AnsiSupport.No, ColorSystem = ColorSystemSupport.NoColors, Out = new AnsiConsoleOutput(output) });
        console.Write(StepTable.Of(run, projection));
        return output.ToString();
    }
}
