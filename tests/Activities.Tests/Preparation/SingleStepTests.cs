using Orchestrator.Activities.Execution;
using Orchestrator.Activities.Preparation;
using Orchestrator.Activities.Tests.Runs;
using Orchestrator.Workflows.Definitions;
using Orchestrator.Workflows.Planning;

namespace Orchestrator.Activities.Tests.Preparation;

public class SingleStepTests
{
    private const string Three = """
        { "inputs": { "topic": { "type": "string", "required": true }, "tone": { "type": "string", "required": true } },
          "steps": [
            { "id": "draft", "prompt": "Write on {{topic}}." },
            { "id": "score", "prompt": "Score {{draft}}.", "dependsOn": ["draft"], "options": { "outputTransform": "extractScores" } },
            { "id": "final", "prompt": "Improve {{draft}} by {{score_transformed}}, {{tone}}.", "dependsOn": ["score"], "when": "false" } ] }
        """;

    private readonly TestRuns _runs = new();

    [Fact]
    public async Task Step_runs_alone_on_what_it_was_given()
    {
        var prepared = await PrepareAsync("final", """{ "draft": "text", "score_transformed": { "clarity": 3 }, "tone": "kindly" }""");
        Assert.NotNull(
            await _runs.Registration.RegisterAsync(new NewRun("test", null) { Definition = "{}"u8.ToArray(), Prepared = prepared }, default));
        prepared = prepared.Of(await _runs.IdentityAsync());

        await _runs.ExecuteAsync(prepared, 2);

        Assert.Equal(
            """{"draft":"text","score_transformed":{"clarity":3},"tone":"kindly"}""",
            (await _runs.CheckpointAsync(prepared, 2)).Inputs!.ToJsonString());
        Assert.Equal([true, true, false], prepared.Plan.Steps.Select(step => step.Never));
        Assert.Equal(JoinKind.Settled, prepared.Plan.Steps[2].Join);
        Assert.Equal(["final"], prepared.Outputs!.Select(output => output.Key));
    }

    [Fact]
    public async Task What_the_step_names_and_was_not_given_is_refused_all_at_once()
    {
        var refusal = await Assert.ThrowsAsync<RunRefusedException>(() => PrepareAsync("final", """{ "draft": "text" }"""));

        Assert.Equal(
            ["The input 'score' is missing; step 'final' uses it.", "The input 'tone' is missing; step 'final' uses it."],
            refusal.Reasons.Select(reason => reason.Message));
    }

    [Fact]
    public async Task Inputs_that_the_step_does_not_name_need_not_be_there() =>
        Assert.NotNull(await PrepareAsync("score", """{ "draft": "text" }"""));

    [Fact]
    public async Task Step_that_does_not_exist_is_refused_with_what_was_meant()
    {
        var refusal = await Assert.ThrowsAsync<RunRefusedException>(() => PrepareAsync("finl", "{}"));

        Assert.Equal("There is no step 'finl' to run alone. Did you mean 'final'?", Assert.Single(refusal.Reasons).Message);
    }

    private Task<PreparedRun> PrepareAsync(string only, string inputs) =>
        _runs.PrepareAsync(Three, inputs, """{ "*": [ { "output": "ok" } ] }""", only);
}
