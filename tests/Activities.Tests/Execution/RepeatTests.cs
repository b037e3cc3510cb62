using Orchestrator.Activities.RunLogs;
using Orchestrator.Activities.Tests.Runs;
using Orchestrator.Workflows.Runs;

namespace Orchestrator.Activities.Tests.Execution;

public class RepeatTests
{
    private const string Refine = """
        { "steps": [
          { "id": "refine", "prompt": "Improve: {{previous}}", "outputKey": "draft", "repeat": { "until": "refine.transformed.clarity >= 8",
          "max": 3 },
            "options": { "outputTransform": "extractScores" } },
          { "id": "after", "prompt": "{{draft}}", "dependsOn": ["refine"] } ] }
        """;

    private readonly TestRuns _runs = new();

    [Fact]
    public async Task Turn_with_a_false_condition_is_followed_by_another_one_and_is_not_the_output()
    {
        var run = await _runs.BeginAsync(Refine, null, """{ "refine": [ { "output": "Clarity: 5" }, { "output": "Clarity: 9" } ] }""");

        var outcome = await _runs.ExecuteAsync(run, 0);

        Assert.Equal((StepStatus.Completed, true), (outcome.Status, outcome.Again));
        Assert.Null(await _runs.Checkpoints.FindCompletedAsync(await _runs.IdentityAsync(), "refine", 1, default));
        var told = (await _runs.EventsAsync())[^1];
        Assert.Equal((RunEventNames.StepRetrying, "repeat"), (told.Event, told.Reason));
    }

    [Fact]
    public async Task Next_turn_sees_the_last_output_as_previous_and_ends_when_its_condition_is_true()
    {
        var run = await _runs.BeginAsync(
            Refine, null, """{ "refine": [ { "output": "Clarity: 5" }, { "output": "Clarity: 9" } ], "after": [ { "output": "x" } ] }""");
        await _runs.ExecuteAsync(run, 0);

        var outcome = await _runs.Executor.ExecuteAsync(_runs.Call(run, 0, attempt: 2) with { Turn = 2 }, default);

        Assert.False(outcome.Again);
        Assert.Equal("Clarity: 5", (await _runs.CheckpointAsync(run, 0, attempt: 2)).Inputs!["previous"]!.GetValue<string>());
        await _runs.ExecuteAsync(run, 1);
        Assert.Equal("Clarity: 9", (await _runs.CheckpointAsync(run, 1)).Inputs!["draft"]!.GetValue<string>());
    }

    [Fact]
    public async Task Previous_is_that_of_the_turn_before_also_when_attempts_between_failed()
    {
        var run = await _runs.BeginAsync(
            Refine, null, """{ "refine": [ { "output": "Clarity: 5" }, { "error": { "kind": "unavailable" } }, { "output": "Clarity: 9" } ] }""");
        await _runs.ExecuteAsync(run, 0);
        var failed = await _runs.Executor.ExecuteAsync(_runs.Call(run, 0, attempt: 2) with { Turn = 2 }, default);

        await _runs.Executor.ExecuteAsync(_runs.Call(run, 0, attempt: 3) with { Turn = 2, TurnAttempt = 2 }, default);

        Assert.Equal(StepStatus.Failed, failed.Status);
        Assert.Equal("Clarity: 5", (await _runs.CheckpointAsync(run, 0, attempt: 3)).Inputs!["previous"]!.GetValue<string>());
    }

    [Fact]
    public async Task Last_turn_ends_the_step_with_a_warning_when_its_condition_is_still_false()
    {
        var run = await _runs.BeginAsync(Refine, null, """{ "refine": [ { "output": "Clarity: 5" } ] }""");

        var outcome = await _runs.Executor.ExecuteAsync(_runs.Call(run, 0) with { Turn = 3 }, default);

        Assert.Equal((StepStatus.Completed, false), (outcome.Status, outcome.Again));
        Assert.Contains("all its 3 turns", Assert.Single((await _runs.CheckpointAsync(run, 0)).Warnings), StringComparison.Ordinal);
    }

    [Fact]
    public async Task Condition_that_cannot_be_evaluated_fails_the_step_and_keeps_its_output()
    {
        var run = await _runs.BeginAsync(
            """{ "steps": [ { "id": "a", "prompt": "x", "repeat": { "until": "a.output > 3", "max": 3 } } ] }""", null,
            """{ "a": [ { "output": "text" } ] }""");

        var outcome = await _runs.ExecuteAsync(run, 0);

        Assert.Equal((StepStatus.Failed, ErrorKind.TemplateError), (outcome.Status, outcome.Error!.Kind));
        Assert.Equal("text", (await _runs.CheckpointAsync(run, 0)).Output!.GetValue<string>());
    }

    [Fact]
    public async Task Condition_is_evaluated_once_before_the_first_turn()
    {
        var run = await _runs.BeginAsync(
            """{ "steps": [ { "id": "ask", "prompt": "x" }, { "id": "a", "prompt": "x", "dependsOn": ["ask"], "when": "ask == 'never'",""" +
            """ "repeat": { "until": "false", "max": 3 } } ] }""",
            null, """{ "*": [ { "output": "no" } ] }""");
        await _runs.ExecuteAsync(run, 0);

        Assert.Equal(StepStatus.Skipped, (await _runs.ExecuteAsync(run, 1)).Status);
        Assert.Equal(StepStatus.Completed, (await _runs.Executor.ExecuteAsync(_runs.Call(run, 1, attempt: 2) with { Turn = 2 }, default)).Status);
    }
}
