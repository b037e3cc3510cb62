using Orchestrator.Activities.Catalog.Prompts;
using Orchestrator.Activities.Execution;
using Orchestrator.Activities.Preparation;
using Orchestrator.Activities.Tests.Runs;
using Orchestrator.Testing;
using Orchestrator.Workflows.Planning;
using Orchestrator.Workflows.Runs;

namespace Orchestrator.Activities.Tests.Preparation;

public sealed class PromptDefaultsTests : IDisposable
{
    private const string Greet = """
        ---
        inputs:
          name: { type: string, required: true }
          tone: { type: string, default: friendly, maxLength: 10 }
          extra: string
        ---
        Greet {{name}}, {{tone}}. {{extra}}
        """;

    private readonly TempFolder _folder = new();
    private readonly TestRuns _runs = new();

    public void Dispose() => _folder.Dispose();

    [Theory]
    [InlineData("""{ "name": "Ada" }""", """{ "id": "a", "promptId": "greet" }""", """{"tone":"friendly","extra":null,"name":"Ada"}""")]
    [InlineData("""{ "name": "Ada", "tone": "stern" }""", """{ "id": "a", "promptId": "greet" }""", """{"extra":null,"name":"Ada","tone":"stern"}""")]
    [InlineData(
        """{ "who": "Ada" }""", """{ "id": "a", "promptId": "greet", "inputMapping": { "name": "who", "extra": { "value": "Hi" } } }""",
        """{"name":"Ada","extra":"Hi","tone":"friendly"}""")]
    public async Task Prompt_input_that_is_not_mapped_has_its_default(string inputs, string step, string expected)
    {
        var run = await BeginAsync(step, inputs);

        await _runs.ExecuteAsync(run, 0);

        Assert.Equal(expected, (await _runs.CheckpointAsync(run, 0)).Inputs!.ToJsonString());
    }

    [Fact]
    public async Task Required_prompt_input_that_is_not_mapped_refuses_the_run()
    {
        var refusal = await Assert.ThrowsAsync<RunRefusedException>(() => BeginAsync("""{ "id": "a", "promptId": "greet" }""", "{}"));

        Assert.Equal("The input 'name' is missing; step 'a' uses it.", Assert.Single(refusal.Reasons).Message);
    }

    [Fact]
    public async Task Value_that_the_prompt_does_not_take_fails_the_step_before_the_model_is_asked()
    {
        var run = await BeginAsync("""{ "id": "a", "promptId": "greet" }""", """{ "name": "Ada", "tone": "very very stern" }""");

        var outcome = await _runs.ExecuteAsync(run, 0);

        Assert.Equal((StepStatus.Failed, 0L), (outcome.Status, outcome.Usage.InputTokens));
        Assert.Contains("'tone' of the prompt 'greet' has 15 characters; 10 are allowed", outcome.Error!.Message, StringComparison.Ordinal);
    }

    private async Task<PreparedRun> BeginAsync(string step, string inputs)
    {
        await File.WriteAllTextAsync(Path.Combine(_folder.Path, "greet.md"), Greet);
        var prepared = await _runs.PrepareAsync(
            $$"""{ "steps": [ {{step}} ] }""", inputs, """{ "*": [ { "output": "ok" } ] }""", null, new PromptFolder(_folder.Path));
        Assert.NotNull(
            await _runs.Registration.RegisterAsync(new NewRun("test", null) { Definition = "{}"u8.ToArray(), Prepared = prepared }, default));
        return prepared.Of(await _runs.IdentityAsync());
    }
}
