using System.Net;
using Orchestrator.EndToEnd.Processes;
using Orchestrator.Testing;

namespace Orchestrator.EndToEnd;

public sealed class ServeOptionsTests : IDisposable
{
    private readonly TempFolder _folder = new();

    public void Dispose() => _folder.Dispose();

    [Fact]
    public async Task Host_that_does_not_allow_mocks_refuses_them_and_finds_prompts_in_its_folder()
    {
        Directory.CreateDirectory(_folder.Combine("prompts"));
        await File.WriteAllTextAsync(_folder.Combine("prompts/greet.md"), "Greet {{who}}.");
        using var server = await ServeProcess.StartAsync(_folder.Combine("state"), "--prompts", _folder.Combine("prompts"));

        using var refused = await server.PostAsync("""
            { "definition": { "steps": [ { "id": "a", "prompt": "A" } ] }, "options": { "mocks": { "steps": { "*": [ { "output": 1 } ] } } },
            "runId": "mocked" }
            """);

        Assert.Equal(HttpStatusCode.BadRequest, refused.StatusCode);
        Assert.Contains("does not allow mocks", await refused.Content.ReadAsStringAsync(), StringComparison.Ordinal);
        Assert.Equal(HttpStatusCode.NotFound, (await server.Client.GetAsync("/api/runs/mocked")).StatusCode);

        var payload = await server.StartRunAsync("""
            { "definition": { "steps": [ { "id": "a", "promptId": "greet" } ] }, "inputs": { "who": "me" },
              "options": { "model": "simulated:latency=1,tokensPerSecond=100000" } }
            """);
        await server.WaitForEndAsync(payload.GetProperty("statusQueryGetUri").GetString()!);
        var run = await server.GetRunAsync(payload.GetProperty("runId").GetString()!);
        Assert.Equal("completed", run.GetProperty("status").GetString());
    }

    [Fact]
    public async Task Second_process_on_the_same_state_is_refused_for_the_port_only()
    {
        using var server = await ServeProcess.StartAsync(_folder.Combine("state"), "--allow-mocks");
        var port = server.Client.BaseAddress!.Port.ToString(System.Globalization.CultureInfo.InvariantCulture);

        var refused = await OrchestratorProcess.RunAsync(_folder.Path, "serve", "--port", port, "--state", _folder.Combine("state"));

        Assert.Equal(2, refused.ExitCode);
        Assert.Contains(port, refused.Error.Split('\n')[^1], StringComparison.Ordinal);
        using var second = await ServeProcess.StartAsync(_folder.Combine("state"), "--allow-mocks");
        foreach (var one in (ServeProcess[])[server, second])
        {
            var payload = await one.StartRunAsync("""
                { "definition": { "steps": [ { "id": "a", "prompt": "A" } ] }, "options": { "mocks": { "steps": { "*": [ { "output": 1 } ] } } } }
                """);
            await one.WaitForEndAsync(payload.GetProperty("statusQueryGetUri").GetString()!);
            var run = payload.GetProperty("runId").GetString()!;
            Assert.Equal("completed", (await server.GetRunAsync(run)).GetProperty("status").GetString());
            Assert.Equal("completed", (await second.GetRunAsync(run)).GetProperty("status").GetString());
        }
    }

    [Fact]
    public async Task Setting_of_host_json_that_is_out_of_range_is_refused_in_one_sentence()
    {
        using var process = OrchestratorProcess.Start(
            _folder.Path,
            new Dictionary<string, string> { ["AzureFunctionsJobHost__extensions__durableTask__maxConcurrentActivityFunctions"] = "0" },
            "serve", "--port", "0", "--state", _folder.Combine("state"));

        var result = await process.WaitForExitAsync();

        Assert.Equal(2, result.ExitCode);
        Assert.Contains("maxConcurrentActivityFunctions", Assert.Single(result.Error.Split('\n')), StringComparison.Ordinal);
    }

    [Fact]
    public async Task Version_that_would_interrupt_every_run_is_refused_before_one_begins()
    {
        await File.WriteAllTextAsync(_folder.Combine("workflow.json"), """{ "id": "w", "steps": [ { "id": "a", "prompt": "x" } ] }""");
        using var process = OrchestratorProcess.Start(
            _folder.Path,
            new Dictionary<string, string> { ["AzureFunctionsJobHost__extensions__durableTask__defaultVersion"] = "other" },
            "run", "workflow.json", "--model", "simulated:latency=1", "--state", _folder.Combine("state"));

        var result = await process.WaitForExitAsync();

        Assert.Equal(2, result.ExitCode);
        Assert.Contains(
            "__defaultVersion is 'other'; with versionMatchStrategy Strict it must be '1'", Assert.Single(result.Error.Split('\n')),
            StringComparison.Ordinal);
        Assert.False(Directory.Exists(Path.Combine(_folder.Combine("state"), "runs")));
    }

    [Theory]
    [InlineData("0.0.0.0", "ORCHESTRATOR_KEY")]
    [InlineData("everywhere", "'everywhere' is no IP address")]
    public async Task Address_that_needs_a_key_or_is_none_is_refused_in_one_sentence(string address, string reason)
    {
        var result =
            await OrchestratorProcess.RunAsync(_folder.Path, "serve", "--port", "0", "--address", address, "--state", _folder.Combine("state"));

        Assert.Equal(2, result.ExitCode);
        Assert.Contains(reason, Assert.Single(result.Error.Split('\n')), StringComparison.Ordinal);
        Assert.False(Directory.Exists(_folder.Combine("state")));
    }

    [Fact]
    public async Task Misspelt_variable_of_the_key_is_refused_also_on_this_machine()
    {
        var result = await OrchestratorProcess.RunAsync(
            _folder.Path, new Dictionary<string, string> { ["ORCHESTRATOR_KEYS"] = "open-sesame" }, "serve", "--port", "0", "--state",
            _folder.Combine("state"));

        Assert.Equal(2, result.ExitCode);
        Assert.StartsWith("ORCHESTRATOR_KEYS is set, which means nothing here, and ORCHESTRATOR_KEY is not", result.Error, StringComparison.Ordinal);
    }

    [Fact]
    public async Task Key_is_needed_by_every_call_once_there_is_one()
    {
        using var server = await ServeProcess.StartAsync(
            _folder.Combine("state"), new Dictionary<string, string> { ["ORCHESTRATOR_KEY"] = "open-sesame" }, "--address", "0.0.0.0");

        using var without = await server.Client.GetAsync("/api/runs/nobody");
        using var request = new HttpRequestMessage(HttpMethod.Get, "/api/runs/nobody");
        request.Headers.Add("x-functions-key", "open-sesame");
        using var with = await server.Client.SendAsync(request);

        Assert.Equal((HttpStatusCode.Unauthorized, HttpStatusCode.NotFound), (without.StatusCode, with.StatusCode));
    }
}
