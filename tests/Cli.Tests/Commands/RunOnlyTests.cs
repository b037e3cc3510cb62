namespace Orchestrator.Cli.Tests.Commands;

/// <summary><c>run --only</c> and prompts of an environment.</summary>
public sealed class RunOnlyTests : IDisposable
{
    private readonly Workspace _workspace = new();

    public void Dispose() => _workspace.Dispose();

    [Fact]
    public async Task One_step_runs_alone_on_the_outputs_that_it_is_given()
    {
        var file = _workspace.Write("flow.yaml", """
            steps:
              - { id: first, prompt: "Say {{word}}." }
              - { id: second, prompt: "Then {{first}}", dependsOn: [first] }
            """);

        var run = await Workspace.InvokeAsync(
            "run", file, "--only", "second", "-i", "first=hello", "--state", _workspace.State, "--mocks",
            _workspace.Write("m.json", """{ "steps": { "second": [ { "output": "done" } ] } }"""), "--json");

        run.AssertExit(ExitCodes.Completed);
        Assert.Equal(
            """{"second":"done"}""",
            run.Json().GetProperty("outputs").GetRawText().Replace(" ", "", StringComparison.Ordinal).Replace("\n", "", StringComparison.Ordinal));
        Assert.Equal("skipped", run.Json().GetProperty("steps").GetProperty("first").GetProperty("status").GetString());
    }

    [Fact]
    public async Task Output_that_the_step_needs_and_is_not_given_is_asked_for()
    {
        var file = _workspace.Write("flow.yaml", """
            steps:
              - { id: first, prompt: "Say {{word}}." }
              - { id: second, prompt: "Then {{first}}", dependsOn: [first] }
            """);

        _workspace.AssertRefused(
            await Workspace.InvokeAsync("run", file, "--only", "second", "--state", _workspace.State),
            "The input 'first' is missing; step 'second' uses it.");
    }

    [Theory]
    [InlineData("default", "general")]
    [InlineData("production", "special")]
    [InlineData("staging", "general")]
    public async Task Environment_selects_the_prompt_that_is_labelled_with_it(string environment, string expected)
    {
        _workspace.Write("prompts/greet.md", "A general greeting.");
        _workspace.Write("prompts/production/greet.md", "A special greeting.");
        var file = _workspace.Write("flow.yaml", "steps: [ { id: say, promptId: greet } ]");

        var run = await Workspace.InvokeAsync(
            "run", file, "--environment", environment, "--state", _workspace.State, "--run-id", "r", "--model", "simulated:latency=0");

        run.AssertExit(ExitCodes.Completed);
        var prepared = await File.ReadAllTextAsync(Path.Combine(_workspace.State, "runs", "r", "log-0.jsonl"));
        Assert.Contains($"\"text\":\"A {expected} greeting.", prepared, StringComparison.Ordinal);
    }
}
