using Orchestrator.Activities.Tests.Runs;
using Orchestrator.Workflows.Runs;

namespace Orchestrator.Activities.Tests.Execution;

public class MergeRunnerTests
{
    private readonly TestRuns _runs = new();

    [Theory]
    [InlineData(""" "mode": "object", "from": ["a", "steps.b.output", "topic"] """, """{"a":"A","b":"B","topic":"cats"}""")]
    [InlineData(""" "from": { "x": "a", "y": "b" } """, """{"x":"A","y":"B"}""")]
    [InlineData(""" "mode": "array", "from": ["b", "a"] """, """["B","A"]""")]
    [InlineData(""" "mode": "concat", "from": ["a", "b"] """, "\"A\\n\\nB\"")]
    [InlineData(""" "mode": "concat", "separator": "-", "from": ["a", "b"] """, "\"A-B\"")]
    [InlineData(
        """ "mode": "template", "template": "{{first}} and {{b}} on {{inputs.topic}}", "from": { "first": "a" }, "dependsOn": ["a", "b"] """,
        "\"A and B on cats\"")]
    public async Task Values_are_put_together_as_the_mode_says(string merge, string expected)
    {
        var run = await _runs.BeginAsync(
            $$"""{ "inputs": { "topic": {} }, "steps": [ { "id": "a", "prompt": "x" }, { "id": "b", "prompt": "x" }, { "id": "m",""" +
            $$""" "type": "merge", {{merge}} } ] }""",
            """{ "topic": "cats" }""", """{ "a": [ { "output": "A" } ], "b": [ { "output": "B" } ] }""");
        await _runs.ExecuteAsync(run, 0);
        await _runs.ExecuteAsync(run, 1);

        var outcome = await _runs.ExecuteAsync(run, 2);

        Assert.Equal(StepStatus.Completed, outcome.Status);
        Assert.Equal(expected, (await _runs.CheckpointAsync(run, 2)).Output!.ToJsonString());
        Assert.Equal(0, outcome.Usage.InputTokens);
    }

    [Theory]
    [InlineData("append", """["A","B"]""")]
    [InlineData("last", "\"B\"")]
    [InlineData("object", """{"a":"A","b":"B"}""")]
    public async Task Key_that_several_steps_write_is_merged_in_definition_order(string merge, string expected)
    {
        var run = await _runs.BeginAsync(
            $$"""{ "steps": [ { "id": "a", "prompt": "x", "outputKey": "k", "merge": "{{merge}}" }, { "id": "b", "prompt": "x",""" +
            $$""" "outputKey": "k", "merge": "{{merge}}" }, { "id": "c", "prompt": "{{"{{k}}"}}", "dependsOn": ["a", "b"] } ] }""",
            null, """{ "a": [ { "output": "A" } ], "b": [ { "output": "B" } ], "c": [ { "output": "C" } ] }""");
        await _runs.ExecuteAsync(run, 1);
        await _runs.ExecuteAsync(run, 0);

        await _runs.ExecuteAsync(run, 2);

        Assert.Equal(expected, (await _runs.CheckpointAsync(run, 2)).Inputs!["k"]!.ToJsonString());
    }

    [Fact]
    public async Task Of_writers_one_after_the_other_the_last_that_completed_counts()
    {
        var run = await _runs.BeginAsync(
            """
            { "inputs": {}, "steps": [
              { "id": "late", "prompt": "x", "outputKey": "k", "dependsOn": ["early"], "when": "false || k == 'never'" },
              { "id": "early", "prompt": "x", "outputKey": "k" },
              { "id": "c", "prompt": "{{k}}", "dependsOn": ["late"], "join": "settled" } ] }
            """,
            null, """{ "early": [ { "output": "E" } ], "late": [ { "output": "L" } ], "c": [ { "output": "C" } ] }""");
        await _runs.ExecuteAsync(run, 1);
        Assert.Equal(StepStatus.Skipped, (await _runs.ExecuteAsync(run, 0)).Status);

        await _runs.ExecuteAsync(run, 2);

        Assert.Equal("E", (await _runs.CheckpointAsync(run, 2)).Inputs!["k"]!.GetValue<string>());
    }
}
