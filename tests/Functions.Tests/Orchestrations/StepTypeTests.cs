using Orchestrator.Activities.Feed;
using Orchestrator.Workflows.Runs;

namespace Orchestrator.Functions.Tests.Orchestrations;

/// <summary>Steps of all types in whole runs, from definitions in YAML.</summary>
public class StepTypeTests
{
    private const string Refine = """
        name: Refine a draft
        options: { parallelBatchDelay: 0 }
        inputs: { topic: { type: string, required: true } }
        steps:
          - id: facts
            type: tool
            tool: template
            input: { template: "Facts on {{what}}", values: { what: "{{topic}}" } }
          - id: draft
            prompt: |
              Write on {{topic}} with {{facts}}.
              Before: {{previous}}
            dependsOn: auto
            repeat: { until: "draft.transformed.clarity >= 8", max: 4 }
            options: { outputTransform: extractScores }
          - { id: report, type: merge, mode: object, from: [facts, draft_transformed] }
        outputs: { report: report, draft: draft }
        """;

    [Fact]
    public async Task Tool_repeated_prompt_and_merge_work_together()
    {
        var run = await RunAsync(
            Refine, """{ "draft": [ { "output": "Clarity: 4" }, { "error": { "kind": "unavailable" } }, { "output": "Clarity: 9" } ] }""",
            """{ "topic": "cats" }""");

        Assert.Equal(RunStatus.Completed, run.Status);
        Assert.Equal("""{"report":{"facts":"Facts on cats","draft_transformed":{"clarity":9}},"draft":"Clarity: 9"}""", run.Outputs!.ToJsonString());
        Assert.Equal((3, StepStatus.Completed), (run.Steps["draft"].Attempts, run.Steps["draft"].Status));
    }

    [Fact]
    public async Task Failure_in_a_later_turn_that_is_not_retried_fails_the_run()
    {
        var run = await RunAsync(
            Refine, """{ "draft": [ { "output": "Clarity: 4" }, { "error": { "kind": "contentFiltered" } } ] }""", """{ "topic": "cats" }""");

        Assert.Equal((RunStatus.Failed, StepStatus.Failed, 2), (run.Status, run.Steps["draft"].Status, run.Steps["draft"].Attempts));
        Assert.Equal(ErrorKind.ContentFiltered, run.Error!.Kind);
    }

    [Fact]
    public async Task Run_that_has_spent_its_budget_fails_and_says_what_it_spent()
    {
        var run = await RunAsync(
            """
            options: { parallelBatchDelay: 0, budget: { tokens: 30 } }
            steps:
              - { id: a, prompt: x }
              - { id: b, prompt: x, dependsOn: [a] }
              - { id: c, prompt: x, dependsOn: [b] }
            """,
            """{ "*": [ { "output": "ok", "usage": { "inputTokens": 10, "outputTokens": 5 } } ] }""");

        Assert.Equal((RunStatus.Failed, ErrorKind.BudgetExceeded), (run.Status, run.Error!.Kind));
        Assert.Contains("30 of 30 tokens", run.Error.Message, StringComparison.Ordinal);
        Assert.Equal((StepStatus.Completed, StepStatus.Cancelled), (run.Steps["b"].Status, run.Steps["c"].Status));
    }

    [Fact]
    public async Task Tool_is_not_retried_unless_it_says_so()
    {
        const string Mocks = """{ "a": [ { "error": { "kind": "toolFailed", "retryable": true } }, { "output": 1 } ],""" +
            """ "b": [ { "error": { "kind": "toolFailed", "retryable": true } }, { "output": 1 } ] }""";
        var run = await RunAsync(
            """
            options: { onStepFailure: continue }
            steps:
              - { id: a, type: tool, tool: pay }
              - { id: b, type: tool, tool: pay, options: { retry: { maxAttempts: 2, firstInterval: 1 } } }
            """,
            Mocks);

        Assert.Equal((StepStatus.Failed, 1), (run.Steps["a"].Status, run.Steps["a"].Attempts));
        Assert.Equal((StepStatus.Completed, 2), (run.Steps["b"].Status, run.Steps["b"].Attempts));
    }

    private static async Task<RunDocument> RunAsync(string definition, string mocks, string inputs = "{}")
    {
        await using var app = await AppHost.StartAsync();
        await app.StartRunAsync("r1", definition, mocks, inputs);
        return await app.WaitAsync("r1");
    }
}
