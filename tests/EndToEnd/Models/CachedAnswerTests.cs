using Orchestrator.EndToEnd.Processes;
using Orchestrator.Testing;

namespace Orchestrator.EndToEnd.Models;

/// <summary>Which answers <c>cache: true</c> keeps.</summary>
[Trait("Trust", "21")]
public sealed class CachedAnswerTests : IDisposable
{
    private readonly TempFolder _folder = new();

    public void Dispose() => _folder.Dispose();

    [Theory]
    [InlineData("half of it", "length", 2)]
    [InlineData(" ", "stop", 2)]
    [InlineData("", "tool_calls", 2)]
    [InlineData("all that was wanted", "bored", 2)]
    [InlineData("all of it", "stop", 1)]
    public async Task Only_a_whole_answer_is_kept(string text, string finish, int asked)
    {
        await using var model = await CountingModel.StartAsync(n => n == 0 ? (text, finish) : ("all of it", "stop"));
        await File.WriteAllTextAsync(
            _folder.Combine("w.json"),
            """{ "outputs": { "a": "a" }, "steps": [ { "id": "a", "prompt": "x", "options": { "cache": true, "model": "gpt-6-luna" } } ] }""");
        await RunAsync(model.Variables);

        var second = await RunAsync(model.Variables);

        Assert.Equal("all of it", second.Json().GetProperty("outputs").GetProperty("a").GetString());
        Assert.Equal(asked, model.Asked.Count);
    }

    /// <summary>A simulated text that was kept must not be taken for the provider's later.</summary>
    [Fact]
    public async Task Simulated_answer_is_not_kept_for_the_provider()
    {
        await using var model = await CountingModel.StartAsync(_ => ("paid", "stop"));
        await File.WriteAllTextAsync(_folder.Combine("w.json"), """{ "outputs": { "a": "a" }, "steps": [ { "id": "a", "prompt": "x",""" +
            """ "options": { "cache": true, "maxTokens": 2, "model": "gpt-6-luna" } } ] }""");
        await RunAsync(new Dictionary<string, string>());

        var second = await RunAsync(model.Variables);

        Assert.Equal("paid", second.Json().GetProperty("outputs").GetProperty("a").GetString());
    }

    private async Task<ProcessResult> RunAsync(IReadOnlyDictionary<string, string> variables)
    {
        var result = await OrchestratorProcess.RunAsync(_folder.Path, variables, "run", "w.json", "--state", "state", "--json");
        Assert.True(result.ExitCode == 0, result.Error + result.Output);
        return result;
    }
}
