namespace Orchestrator.Cli.Tests.Commands;

/// <summary>Resuming a run that failed since its budget was spent.</summary>
[Trait("Trust", "11")]
public sealed class SpentBudgetTests : IDisposable
{
    private const string Definition = """
        { "options": { "budget": { "tokens": 100 }, "parallelBatchDelay": 0 }, "finally": ["z"],
          "steps": [ { "id": "a", "prompt": "a" }, { "id": "b", "prompt": "{{a}}", "dependsOn": ["a"] }, { "id": "z", "prompt": "z" } ] }
        """;

    private const string Mocks = """ "a": [ { "output": "x", "usage": { "inputTokens": 90, "outputTokens": 20 } } ] """;

    private readonly Workspace _workspace = new();

    public void Dispose() => _workspace.Dispose();

    [Theory]
    [InlineData]
    [InlineData("--budget", "1")]
    public async Task Resume_that_leaves_the_budget_spent_is_refused_and_pays_for_no_final_step(params string[] more)
    {
        (await _workspace.RunAsync(Definition, Mocks, "--run-id", "r")).AssertExit(1);

        var resumed = await Workspace.InvokeAsync(["resume", "r", "--state", _workspace.State, .. more]);

        resumed.AssertPlainRefusal();
        Assert.Contains("of 100 tokens", resumed.Error, StringComparison.Ordinal);
    }

    [Fact]
    public async Task Resume_with_more_tokens_goes_on()
    {
        (await _workspace.RunAsync(Definition, Mocks, "--run-id", "r")).AssertExit(1);

        (await Workspace.InvokeAsync("resume", "r", "--budget", "tokens=5000", "--state", _workspace.State)).AssertExit(0);
    }
}
