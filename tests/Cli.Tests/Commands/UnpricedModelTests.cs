using System.Text.Json;

namespace Orchestrator.Cli.Tests.Commands;

/// <summary>Models for which no price is known.</summary>
[Trait("Trust", "11")]
public sealed class UnpricedModelTests : IDisposable
{
    private readonly Workspace _workspace = new();

    public void Dispose() => _workspace.Dispose();

    [Theory]
    [InlineData("""{ "model": "prod-chat" }""")]
    [InlineData("""{ "models": ["gpt-6-luna", "prod-chat"] }""")]
    public async Task Budget_in_dollars_with_a_model_without_a_price_is_refused(string options)
    {
        var result = await _workspace.RunAsync(Definition(options, """{ "usd": 0.01 }"""));

        _workspace.AssertRefused(result, "Step 'a' asks the model 'prod-chat', which has no price");
        Assert.Contains("Orchestrator__Prices__prod-chat__Input", result.Error, StringComparison.Ordinal);
    }

    [Fact]
    public async Task Budget_in_dollars_with_a_run_option_without_a_price_is_refused() => _workspace.AssertRefused(
        await _workspace.RunAsync(Definition("{}", """{ "usd": 0.01 }"""), null, "--model", "prod-chat"),
        "Step 'a' asks the model 'prod-chat', which has no price");

    [Fact]
    public async Task Resume_with_a_budget_in_dollars_is_refused_while_what_was_spent_is_not_known()
    {
        (await _workspace.RunAsync(
            Definition("""{ "model": "prod-chat" }""", """{ "tokens": 100000 }"""), "\"a\": [ { \"error\": { \"kind\": \"contentFiltered\" }, " +
                "\"usage\": { \"inputTokens\": 5, \"outputTokens\": 5 } } ]", "--run-id", "r")).AssertExit(1);

        var same = await Workspace.InvokeAsync("resume", "r", "--budget", "1", "--state", _workspace.State);
        var priced = await Workspace.InvokeAsync("resume", "r", "--budget", "1", "--model", "gpt-6-luna", "--state", _workspace.State);

        same.AssertPlainRefusal();
        Assert.Contains("'prod-chat', which has no price", same.Error, StringComparison.Ordinal);
        priced.AssertPlainRefusal();
        Assert.Contains("what they have spent of a budget in US dollars is not known", priced.Error, StringComparison.Ordinal);
    }

    [Fact]
    public async Task Without_such_a_budget_the_cost_is_null_and_a_warning_names_the_setting()
    {
        var result = await _workspace.RunAsync(
            """{ "steps": [ { "id": "a", "prompt": "hi", "options": { "model": "prod-chat" } }, { "id": "b", "prompt": "hi",""" +
            """ "options": { "model": "gpt-6-luna" } } ] }""", null, "--json");

        result.AssertExit(0);
        var run = result.Json();
        Assert.Equal(JsonValueKind.Null, Cost(run.GetProperty("steps").GetProperty("a")).ValueKind);
        Assert.Equal(JsonValueKind.Number, Cost(run.GetProperty("steps").GetProperty("b")).ValueKind);
        Assert.Equal(JsonValueKind.Null, Cost(run).ValueKind);
        Assert.Contains(
            "Orchestrator__Prices__prod-chat__Input", Assert.Single(run.GetProperty("warnings").EnumerateArray()).GetString(),
            StringComparison.Ordinal);
    }

    [Fact]
    public async Task Text_output_says_that_the_cost_is_not_known()
    {
        var result = await _workspace.RunAsync(Definition("""{ "model": "prod-chat" }""", """{ "tokens": 100000 }"""));

        result.AssertExit(0);
        Assert.Contains("tokens, cost unknown.", result.Output, StringComparison.Ordinal);
        Assert.DoesNotContain("$0.00", result.Output, StringComparison.Ordinal);
    }

    private static JsonElement Cost(JsonElement of) => of.GetProperty("usage").GetProperty("estimatedCost");

    private static string Definition(string options, string budget) =>
        $$"""{ "options": { "budget": {{budget}} }, "steps": [ { "id": "a", "prompt": "hi", "options": {{options}} } ] }""";
}
