using System.Net;
using Orchestrator.EndToEnd.Processes;
using Orchestrator.Testing;

namespace Orchestrator.EndToEnd.Models;

/// <summary>Mocks that cover some steps only, and a provider in the environment: it is not asked, whichever way the run begins.</summary>
[Trait("Trust", "10")]
public sealed class MockedRunTests : IAsyncLifetime, IDisposable
{
    private const string Two = """{ "steps": [ { "id": "one", "prompt": "1" }, { "id": "two", "prompt": "2", "dependsOn": ["one"],""" +
        """ "options": { "retryCount": 0 } }, { "id": "three", "prompt": "3", "dependsOn": ["two"] } ] }""";
    private const string Half = """{ "steps": { "one": [ { "output": "x" } ] } }""";

    private readonly TempFolder _folder = new();
    private CountingModel _model = null!;

    public async Task InitializeAsync()
    {
        _model = await CountingModel.StartAsync(_ => ("paid", "stop"));
        await File.WriteAllTextAsync(_folder.Combine("w.json"), Two);
        await File.WriteAllTextAsync(_folder.Combine("half.json"), Half);
    }

    public async Task DisposeAsync() => await _model.DisposeAsync();

    public void Dispose() => _folder.Dispose();

    [Fact]
    public async Task Run_is_refused_with_all_steps_that_have_no_mock()
    {
        var result = await RunAsync("run", "w.json", "--mocks", "half.json", "--json");

        Assert.True(result.ExitCode == 2, result.Error + result.Output);
        Assert.Contains("'two', 'three'", result.Error, StringComparison.Ordinal);
        Assert.DoesNotContain("'one'", result.Error, StringComparison.Ordinal);
        Assert.Empty(_model.Asked);
    }

    [Fact]
    public async Task Resume_with_mocks_for_less_than_it_executes_is_refused()
    {
        await File.WriteAllTextAsync(
            _folder.Combine("failing.json"),
            """{ "steps": { "two": [ { "error": { "kind": "contentFiltered" } } ], "*": [ { "output": "x" } ] } }""");
        Assert.Equal(1, (await RunAsync("run", "w.json", "--mocks", "failing.json", "--run-id", "r")).ExitCode);
        await File.WriteAllTextAsync(_folder.Combine("next.json"), """{ "steps": { "two": [ { "output": "y" } ] } }""");

        var result = await RunAsync("resume", "r", "--mocks", "next.json");

        Assert.True(result.ExitCode == 2, result.Error + result.Output);
        Assert.Contains("'three'", result.Error, StringComparison.Ordinal);
        Assert.DoesNotContain("'one'", result.Error, StringComparison.Ordinal);
        Assert.Empty(_model.Asked);
    }

    [Fact]
    public async Task Start_over_http_is_refused_with_all_steps_that_have_no_mock()
    {
        using var server = await ServeProcess.StartAsync(_folder.Combine("served"), _model.Variables, "--allow-mocks");

        using var answer = await server.PostAsync($$"""{ "runId": "r", "definition": {{Two}}, "options": { "mocks": {{Half}} } }""");

        Assert.Equal(HttpStatusCode.BadRequest, answer.StatusCode);
        Assert.Contains("'two', 'three'", await answer.Content.ReadAsStringAsync(), StringComparison.Ordinal);
        Assert.Equal(HttpStatusCode.NotFound, (await server.Client.GetAsync("/api/runs/r")).StatusCode);
        Assert.Empty(_model.Asked);
    }

    private Task<ProcessResult> RunAsync(params string[] args) =>
        OrchestratorProcess.RunAsync(_folder.Path, _model.Variables, [.. args, "--state", "state"]);
}
