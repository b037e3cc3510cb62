using System.Net;
using Orchestrator.EndToEnd.Processes;
using Orchestrator.Testing;

namespace Orchestrator.EndToEnd.Models;

/// <summary>Hosts without a provider, or with an incomplete configuration of one.</summary>
[Trait("Trust", "19")]
public sealed class NoProviderTests : IDisposable
{
    private const string Body = """{ "runId": "r", "definition": { "steps": [ { "id": "a", "prompt": "A" } ] } }""";

    private readonly TempFolder _folder = new();

    public void Dispose() => _folder.Dispose();

    [Fact]
    public async Task Serve_refuses_a_run_that_asks_models_and_names_the_settings()
    {
        using var server = await ServeProcess.StartAsync(_folder.Combine("state"));

        using var answer = await server.PostAsync(Body);

        Assert.Equal(HttpStatusCode.ServiceUnavailable, answer.StatusCode);
        var text = await answer.Content.ReadAsStringAsync();
        Assert.Contains("OPENAI_API_KEY", text, StringComparison.Ordinal);
        Assert.Contains("Orchestrator:Model", text, StringComparison.Ordinal);
        Assert.Equal(HttpStatusCode.NotFound, (await server.Client.GetAsync("/api/runs/r")).StatusCode);
    }

    [Theory]
    [InlineData("", "--model", "simulated:latency=0,tokensPerSecond=100000")]
    [InlineData("simulated:latency=0,tokensPerSecond=100000")]
    public async Task Serve_with_a_simulated_model_simulates_and_says_so(string setting, params string[] options)
    {
        using var server =
            await ServeProcess.StartAsync(_folder.Combine("state"), new Dictionary<string, string> { ["Orchestrator__Model"] = setting }, options);

        var payload = await server.StartRunAsync(Body);

        await server.WaitForEndAsync(payload.GetProperty("statusQueryGetUri").GetString()!);
        Assert.Equal("completed", (await server.GetRunAsync("r")).GetProperty("status").GetString());
        Assert.Contains("simulated", await server.Process.Output.WaitForAsync("Models:"), StringComparison.Ordinal);
    }

    [Theory]
    [InlineData("OPENAI_BASE_URL", "OPENAI_BASEURL=http://127.0.0.1:9/v1", "OPENAI_API_KEY=any")]
    [InlineData("OPENAI_BASE_URL", "OPENAI_API_BASE=http://127.0.0.1:9/v1", "OPENAI_API_KEY=any")]
    [InlineData("OPENAI_API_KEY", "OPENAI_APIKEY=any")]
    [InlineData("AZURE_OPENAI_ENDPOINT", "AZURE_OPENAI_ENPOINT=https://x.openai.azure.com")]
    [InlineData("AZURE_OPENAI_API_KEY", "AZURE_OPENAI_ENDPOINT=https://x.openai.azure.com", "AZURE_OPENAI_KEY=k")]
    [InlineData("AZURE_OPENAI_API_VERSION", "AZURE_OPENAI_ENDPOINT=https://x.openai.azure.com", "AZURE_OPENAI_APIVERSION=2024-10-21")]
    [InlineData("Orchestrator:Model", "Orchestrator__Model=gpt-6-luna")]
    public async Task Serve_with_a_misspelt_setting_does_not_start_and_names_the_right_one(string right, params string[] variables)
    {
        var environment = variables.Select(variable => variable.Split('=', 2)).ToDictionary(parts => parts[0], parts => parts[1]);
        using var process = OrchestratorProcess.Start(_folder.Path, environment, "serve", "--port", "0", "--state", "state");

        await Task.WhenAny(process.WaitForExitAsync(), process.Output.WaitForAsync("Press Ctrl+C"));

        Assert.DoesNotContain("Press Ctrl+C", process.Output.Text, StringComparison.Ordinal);
        var result = await process.WaitForExitAsync();
        Assert.Equal(2, result.ExitCode);
        Assert.Contains(right, result.Error, StringComparison.Ordinal);
        Assert.Single(result.Error.Split('\n', StringSplitOptions.RemoveEmptyEntries));
    }
}
