using Orchestrator.EndToEnd.Processes;
using Orchestrator.Testing;

namespace Orchestrator.EndToEnd.Models;

/// <summary>The model of steps that name none, and how much models are told to think.</summary>
[Trait("Trust", "22")]
public sealed class DefaultModelTests : IDisposable
{
    private readonly TempFolder _folder = new();

    public void Dispose() => _folder.Dispose();

    [Theory]
    [InlineData("{}", "gpt-6-luna", "none")]
    [InlineData("""{ "reasoning": "high" }""", "gpt-6-luna", "high")]
    [InlineData("""{ "model": "gpt-6.1-terra" }""", "gpt-6.1-terra", null)]
    [InlineData("""{ "model": "gpt-6.1-terra", "reasoning": "xhigh", "maxTokens": 9 }""", "gpt-6.1-terra", "xhigh")]
    public async Task Request_has_the_model_and_what_was_said_of_reasoning(string options, string model, string? effort)
    {
        await using var provider = await CountingModel.StartAsync(_ => ("fine", "stop"));

        var result = await RunAsync(provider, options);

        Assert.True(result.ExitCode == 0, result.Error + result.Output);
        var request = Assert.Single(provider.Asked);
        Assert.Equal((model, effort), ((string?)request["model"], (string?)request["reasoning_effort"]));
        Assert.Equal(options.Contains("maxTokens", StringComparison.Ordinal) ? 9 : null, (int?)request["max_completion_tokens"]);
        Assert.False(request.ContainsKey("temperature"));
    }

    [Fact]
    public async Task Answer_that_is_empty_at_its_limit_fails_and_says_that_reasoning_took_it()
    {
        await using var provider = await CountingModel.StartAsync(_ => ("", "length"));

        var result = await RunAsync(provider, """{ "model": "gpt-6.1-terra", "maxTokens": 50 }""");

        Assert.Equal(1, result.ExitCode);
        var error = result.Json().GetProperty("error");
        Assert.Equal("outputInvalid", error.GetProperty("kind").GetString());
        Assert.Contains("reasoning", error.GetProperty("message").GetString(), StringComparison.Ordinal);
        Assert.Contains("50 tokens (maxTokens)", error.GetProperty("message").GetString(), StringComparison.Ordinal);
        Assert.Single(provider.Asked);
    }

    private async Task<ProcessResult> RunAsync(CountingModel provider, string options)
    {
        await File.WriteAllTextAsync(_folder.Combine("w.json"), $$"""{ "steps": [ { "id": "a", "prompt": "x", "options": {{options}} } ] }""");
        return await OrchestratorProcess.RunAsync(_folder.Path, provider.Variables, "run", "w.json", "--state", "state", "--json");
    }
}
