using Orchestrator.EndToEnd.Processes;
using Orchestrator.Testing;

namespace Orchestrator.EndToEnd;

/// <summary>The command against a model over HTTP, which its own hidden command plays.</summary>
public sealed class ProviderTests : IDisposable
{
    private const string Definition = """{ "slug": "one", "steps": [ { "id": "say", "prompt": "Say hello." } ] }""";

    private readonly TempFolder _folder = new();

    public void Dispose() => _folder.Dispose();

    [Fact]
    public async Task Run_asks_the_provider_of_the_variables_and_counts_its_tokens()
    {
        using var server = await ModelServerProcess.StartAsync(_folder.Path);

        using var process = Start(server.Variables, "--json");
        var run = (await process.WaitForExitAsync()).Json();

        Assert.Equal("completed", run.GetProperty("status").GetString());
        var usage = run.GetProperty("steps").GetProperty("say").GetProperty("usage");
        Assert.Equal((3, 140), (usage.GetProperty("inputTokens").GetInt32(), usage.GetProperty("outputTokens").GetInt32()));
        Assert.False(usage.GetProperty("estimated").GetBoolean());
        Assert.DoesNotContain("simulated", process.Error.Text, StringComparison.OrdinalIgnoreCase);

        Assert.Equal(1, (await server.AskedAsync())["Say hello."]);
        server.Process.Send(Signal.Interrupt);
        Assert.Equal(0, (await server.Process.WaitForExitAsync()).ExitCode);
    }

    [Fact]
    public async Task Variables_that_do_not_fit_are_refused_in_one_sentence_before_anything_is_kept()
    {
        using var process = Start(new Dictionary<string, string> { ["OPENAI_BASE_URL"] = "http://127.0.0.1:9/v1" });
        var result = await process.WaitForExitAsync();

        Assert.Equal(2, result.ExitCode);
        Assert.Equal("OPENAI_API_KEY is missing, and OPENAI_BASE_URL is set: set it, to any text for a server that needs no key.", result.Error);
        Assert.False(Directory.Exists(_folder.Combine("state")));
    }

    private OrchestratorProcess Start(IReadOnlyDictionary<string, string> variables, params string[] more)
    {
        File.WriteAllText(_folder.Combine("workflow.json"), Definition);
        return OrchestratorProcess.Start(_folder.Path, variables, ["run", "workflow.json", "--state", "state", "--model", "gpt-6-luna", .. more]);
    }
}
