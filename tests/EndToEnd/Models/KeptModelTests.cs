using System.Net;
using System.Text.Json;
using Orchestrator.EndToEnd.Processes;
using Orchestrator.Storage.Files;
using Orchestrator.Testing;

namespace Orchestrator.EndToEnd.Models;

/// <summary>
/// What goes on with a run without being asked to, or only ends it, keeps to the kind of model that the run was started with: a provider or the
/// simulated model.
/// </summary>
[Trait("Trust", "19")]
public sealed class KeptModelTests : IDisposable
{
    private const string Simulated = "simulated:latency=0,tokensPerSecond=100000";

    /// <summary>Its first step waits, and its final step asks a model, also after a cancellation.</summary>
    private const string Final = """
        { "steps": [ { "id": "wait", "type": "tool", "tool": "delay", "input": { "ms": 60000 } },
          { "id": "last", "prompt": "Last" } ], "finally": ["last"] }
        """;

    private const string Waiting = """
        { "steps": [ { "id": "wait", "type": "tool", "tool": "delay", "input": { "ms": 3000 } },
        { "id": "b", "prompt": "B", "dependsOn": ["wait"] } ] }
        """;

    private readonly TempFolder _folder = new();

    private string State => _folder.Combine("state");

    private StoredRun Stored => new(new FileContentStore(State, TimeProvider.System), "mine");

    public void Dispose() => _folder.Dispose();

    [Theory]
    [InlineData("No provider is configured, and one answered when it was started. Set OPENAI_API_KEY")]
    [InlineData("A provider answered when it was started, and the simulated model would make texts up now. Set OPENAI_API_KEY", "--model", Simulated)]
    public async Task Serve_without_the_provider_refuses_to_cancel_a_run_whose_final_steps_ask_it(string reason, params string[] options)
    {
        await using var model = await StartModelAsync();
        await KillAsync(model.Variables);
        using (var server = await ServeProcess.StartAsync(State, options))
        {
            using var refused = await server.Client.PostAsync("/api/runs/mine/cancel", null);

            var problem = JsonDocument.Parse(await refused.Content.ReadAsStringAsync()).RootElement;
            Assert.Equal((HttpStatusCode.ServiceUnavailable, "unavailable"), (refused.StatusCode, problem.GetProperty("code").GetString()));
            Assert.Contains(reason, problem.GetProperty("detail").GetString(), StringComparison.Ordinal);
            Assert.DoesNotContain("runs delete", problem.GetProperty("detail").GetString(), StringComparison.Ordinal);
            Assert.Equal("interrupted", (await server.GetRunAsync("mine")).GetProperty("status").GetString());
        }

        await CommandAsync(0, model.Variables, "runs", "cancel", "mine");
        Assert.Single(model.Asked);
    }

    [Theory]
    [InlineData("suspend")]
    [InlineData("continue")]
    public async Task Command_that_executes_nothing_needs_no_provider(string command)
    {
        await using var model = await StartModelAsync();
        await KillAsync(model.Variables);

        var refused = await CommandAsync(2, new Dictionary<string, string>(), "runs", command, "mine");

        Assert.Contains("No process works on run 'mine', which is interrupted, so nothing was changed.", refused.Error, StringComparison.Ordinal);
    }

    [Theory]
    [InlineData(false)]
    [InlineData(true)]
    public async Task Cancelling_a_run_of_another_version_needs_no_provider_since_it_executes_nothing(bool isServed)
    {
        await using var model = await StartModelAsync();
        await KillAsync(model.Variables);
        await UpgradeTests.MakeOlderAsync(State, "mine");

        if (isServed)
        {
            using var server = await ServeProcess.StartAsync(State, "--model", Simulated);
            using var accepted = await server.Client.PostAsync("/api/runs/mine/cancel", null);
            Assert.Equal(HttpStatusCode.Accepted, accepted.StatusCode);
            await Stored.WaitForAsync("run.cancelled", 1);
        }
        else
        {
            await CommandAsync(0, new Dictionary<string, string>(), "runs", "cancel", "mine");
        }

        var run = JsonDocument.Parse((await CommandAsync(0, model.Variables, "runs", "show", "mine", "--json")).Output).RootElement;
        Assert.Equal("cancelled", run.GetProperty("status").GetString());
        Assert.Equal(0, (await Stored.EventsAsync()).Count(item =>
            StoredRun.NameOf(item) == "step.started" && item.GetProperty("stepId").GetString() == "last"));
    }

    [Fact]
    public async Task Serve_that_left_an_attempt_goes_on_with_a_later_one_that_its_model_answered()
    {
        await using var model = await StartModelAsync();
        using (var simulating = await ServeProcess.StartAsync(State, "--model", Simulated))
        {
            await simulating.StartRunAsync($$"""{ "definition": {{Waiting}}, "runId": "mine" }""");
            await Stored.WaitForAsync("step.started", 1);
            await simulating.Process.KillAsync();
        }

        using var leaving = await ServeProcess.StartAsync(State, model.Variables);
        await leaving.Process.Output.WaitForAsync("Leaves run mine");
        using var cancelled = await leaving.Client.PostAsync("/api/runs/mine/cancel", null);
        await Stored.WaitForAsync("run.cancelled", 1);
        using (var resuming = await ServeProcess.StartAsync(State, model.Variables))
        {
            using var resumed = await resuming.Client.PostAsync("/api/runs/mine/resume", null);
            Assert.True(resumed.StatusCode == HttpStatusCode.Accepted, await resumed.Content.ReadAsStringAsync());
            await Stored.WaitForAsync("step.started", 2);
            await resuming.Process.KillAsync();
        }

        await Stored.WaitForAsync("run.completed", 1);
        Assert.Single(model.Asked);
    }

    /// <summary>Leaves the run <c>mine</c> as a kill does.</summary>
    private async Task KillAsync(IReadOnlyDictionary<string, string> variables)
    {
        await File.WriteAllTextAsync(_folder.Combine("final.json"), Final);
        using var command = OrchestratorProcess.Start(_folder.Path, variables, "run", "final.json", "--run-id", "mine", "--state", State);
        await Stored.WaitForAsync("step.started", 1);
        await command.KillAsync();
    }

    private static Task<CountingModel> StartModelAsync() => CountingModel.StartAsync(n => ($"real {n}", "stop"));

    private async Task<ProcessResult> CommandAsync(int exit, IReadOnlyDictionary<string, string> variables, params string[] args)
    {
        var result = await OrchestratorProcess.RunAsync(_folder.Path, variables, [.. args, "--state", State]);
        Assert.True(result.ExitCode == exit, $"exit {result.ExitCode}\n{result.Output}\n{result.Error}");
        return result;
    }
}
