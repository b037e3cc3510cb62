using System.Text.Json;
using Orchestrator.EndToEnd.Processes;
using Orchestrator.Storage.Files;
using Orchestrator.Testing;

namespace Orchestrator.EndToEnd.Models;

/// <summary>Simulated answers, and a provider that is configured or removed between two attempts of a run.</summary>
[Trait("Trust", "19")]
public sealed class SimulatedAnswerTests : IDisposable
{
    private const string Failing =
        """{ "steps": [ { "id": "a", "prompt": "A" }, { "id": "b", "type": "tool", "tool": "fail", "dependsOn": ["a"] } ] }""";

    private const string Mended = """{ "steps": [ { "id": "a", "prompt": "A" }, { "id": "b", "prompt": "B {{a}}", "dependsOn": ["a"] } ] }""";

    /// <summary>Long enough to be killed in the middle.</summary>
    private const string Lasting = """
        { "steps": [ { "id": "a", "prompt": "A" }, { "id": "wait", "type": "tool", "tool": "delay", "input": { "ms": 3000 }, "dependsOn": ["a"] },
          { "id": "b", "prompt": "B {{a}}", "dependsOn": ["wait"] } ] }
        """;

    private const string Waiting = """
        { "steps": [ { "id": "wait", "type": "tool", "tool": "delay", "input": { "ms": 3000 } },
        { "id": "b", "prompt": "B", "dependsOn": ["wait"] } ] }
        """;

    private const string Final = """
        { "steps": [ { "id": "wait", "type": "tool", "tool": "delay", "input": { "ms": 60000 } },
          { "id": "last", "prompt": "Last" } ], "finally": ["last"] }
        """;

    private static readonly Dictionary<string, string> NoProvider = new() { ["Orchestrator__Model"] = "simulated:latency=0,tokensPerSecond=100000" };

    private readonly TempFolder _folder = new();

    private string State => _folder.Combine("state");

    public void Dispose() => _folder.Dispose();

    [Theory]
    [InlineData(false)]
    [InlineData(true)]
    public async Task Simulated_answer_is_not_reused_when_a_provider_answers(bool resumedBefore)
    {
        await using var model = await StartModelAsync();
        await CommandAsync(1, NoProvider, "run", Written("failing.json", Failing), "--run-id", "mine");
        if (resumedBefore)
        {
            Assert.Contains("1 of them reused", (await CommandAsync(1, NoProvider, "resume", "mine")).Output, StringComparison.Ordinal);
        }

        Assert.True((await ShowAsync("mine")).GetProperty("steps").GetProperty("a").GetProperty("simulated").GetBoolean());

        await CommandAsync(0, model.Variables, "resume", "mine", "--definition", Written("mended.json", Mended));

        Assert.Equal(["A", "B real 0"], model.Asked.Select(Prompt));
        var run = await ShowAsync("mine");
        Assert.False(run.GetProperty("steps").GetProperty("a").TryGetProperty("simulated", out _));
        Assert.Empty(run.GetProperty("warnings").EnumerateArray());
    }

    [Fact]
    public async Task Fork_records_whether_reused_answers_were_simulated()
    {
        await using var model = await StartModelAsync();
        await CommandAsync(1, NoProvider, "run", Written("failing.json", Failing), "--run-id", "made");
        await CommandAsync(1, model.Variables, "run", "failing.json", "--run-id", "real");
        foreach (var runId in (string[])["made", "real"])
        {
            await CommandAsync(0, NoProvider, "resume", runId, "--fork", "--run-id", $"{runId}-fork", "--definition", Written("mended.json", Mended));
        }

        var made = await ShowAsync("made-fork");
        Assert.True(made.GetProperty("steps").GetProperty("a").GetProperty("simulated").GetBoolean());
        Assert.Empty(made.GetProperty("warnings").EnumerateArray());
        Assert.StartsWith(
            "Step 'b' was answered by the simulated model",
            Assert.Single((await ShowAsync("real-fork")).GetProperty("warnings").EnumerateArray()).GetString(), StringComparison.Ordinal);
    }

    [Fact]
    public async Task Answer_of_a_provider_is_reused_when_there_is_none_any_more_and_a_warning_stays()
    {
        await using var model = await StartModelAsync();
        await CommandAsync(1, model.Variables, "run", Written("failing.json", Failing), "--run-id", "mine");

        await CommandAsync(0, NoProvider, "resume", "mine", "--definition", Written("mended.json", Mended));

        Assert.Single(model.Asked);
        var run = await ShowAsync("mine");
        Assert.Equal("reused", run.GetProperty("steps").GetProperty("a").GetProperty("status").GetString());
        Assert.StartsWith(
            "Step 'b' was answered by the simulated model", Assert.Single(run.GetProperty("warnings").EnumerateArray()).GetString(),
            StringComparison.Ordinal);
        Assert.Contains(
            "Made up by the simulated model: b.", (await CommandAsync(0, NoProvider, "runs", "show", "mine")).Output, StringComparison.Ordinal);
    }

    [Fact]
    public async Task Run_that_continues_in_the_same_attempt_with_a_provider_warns_of_simulated_answers()
    {
        await using var model = await StartModelAsync();
        using (var command = OrchestratorProcess.Start(
            _folder.Path, NoProvider, "run", Written("lasting.json", Lasting), "--run-id", "mine", "--state", State))
        {
            await Stored("mine").WaitForAsync("step.started", 2);
            await command.KillAsync();
        }

        var resumed = await CommandAsync(0, model.Variables, "resume", "mine");

        Assert.Single(model.Asked);
        Assert.Contains("Warning: Step 'a' was answered by the simulated model", resumed.Output, StringComparison.Ordinal);
    }

    [Theory]
    [InlineData("runs", "restart", "mine")]
    [InlineData("resume", "mine", "--fork")]
    [InlineData("resume", "mine", "--fork", "--from", "a")]
    public async Task Restart_and_resume_beside_serve_are_runs_of_the_command_and_ask_whom_it_says(params string[] args)
    {
        await using var model = await StartModelAsync();
        await CommandAsync(0, NoProvider, "run", Written("mended.json", Mended), "--run-id", "mine");
        using var server = await ServeProcess.StartAsync(State, model.Variables);

        var begun = await CommandAsync(0, NoProvider, args);

        Assert.Contains("completed: 2 of 2 steps", begun.Output, StringComparison.Ordinal);
        Assert.Empty(model.Asked);
    }

    [Fact]
    public async Task Serve_without_the_provider_leaves_the_runs_that_need_it_and_names_them()
    {
        await using var model = await StartModelAsync();
        using (var server = await ServeProcess.StartAsync(State, model.Variables))
        {
            await server.StartRunAsync($$"""{ "definition": {{Waiting}}, "runId": "mine" }""");
            await Stored("mine").WaitForAsync("step.started", 1);
            await server.Process.KillAsync();
        }

        using (var without = await ServeProcess.StartAsync(State))
        {
            Assert.StartsWith(
                "Leaves run mine: No provider is configured", await without.Process.Output.WaitForAsync("Leaves "), StringComparison.Ordinal);
            await without.Process.Output.WaitForAsync("Press Ctrl+C");
            Assert.Equal("interrupted", (await without.GetRunAsync("mine")).GetProperty("status").GetString());
        }

        using var again = await ServeProcess.StartAsync(State, model.Variables);
        await Stored("mine").WaitForAsync("run.completed", 1);
        Assert.Single(model.Asked);
    }

    /// <summary>A cancelled run executes its final steps, which ask a model.</summary>
    [Fact]
    public async Task Cancelling_a_simulated_run_whose_process_is_gone_asks_no_provider()
    {
        await using var model = await StartModelAsync();
        await KillAsync(NoProvider);

        var cancelled = await CommandAsync(0, model.Variables, "runs", "cancel", "mine");

        Assert.Contains("simulated, as when the run was started", cancelled.Output, StringComparison.Ordinal);
        Assert.Empty(model.Asked);
        Assert.Equal("cancelled", (await ShowAsync("mine")).GetProperty("status").GetString());
    }

    [Fact]
    public async Task Cancelling_a_run_of_a_provider_makes_no_text_up_and_names_what_to_set()
    {
        await using var model = await StartModelAsync();
        await KillAsync(model.Variables);

        var refused = await CommandAsync(2, new Dictionary<string, string>(), "runs", "cancel", "mine");

        Assert.Contains("A provider answered when it was started", refused.Error, StringComparison.Ordinal);
        Assert.Contains("Set OPENAI_API_KEY", refused.Error, StringComparison.Ordinal);
        Assert.DoesNotContain("runs delete", refused.Error, StringComparison.Ordinal);
        await CommandAsync(0, model.Variables, "runs", "cancel", "mine");
        Assert.Equal(["Last"], model.Asked.Select(Prompt));
    }

    [Fact]
    public async Task Serve_with_a_provider_leaves_the_runs_that_were_simulated()
    {
        await using var model = await StartModelAsync();
        using (var server = await ServeProcess.StartAsync(State, NoProvider))
        {
            await server.StartRunAsync($$"""{ "definition": {{Waiting}}, "runId": "mine" }""");
            await Stored("mine").WaitForAsync("step.started", 1);
            await server.Process.KillAsync();
        }

        using var paid = await ServeProcess.StartAsync(State, model.Variables);
        Assert.StartsWith(
            "Leaves run mine: The simulated model answered when it was started", await paid.Process.Output.WaitForAsync("Leaves "),
            StringComparison.Ordinal);
        await paid.Process.Output.WaitForAsync("Press Ctrl+C");
        Assert.Empty(model.Asked);
    }

    /// <summary>Leaves the run <c>mine</c>, whose first step waits and whose final step asks a model, as a kill does.</summary>
    private async Task KillAsync(IReadOnlyDictionary<string, string> variables)
    {
        using var command = OrchestratorProcess.Start(
            _folder.Path, variables, "run", Written("final.json", Final), "--run-id", "mine", "--state", State);
        await Stored("mine").WaitForAsync("step.started", 1);
        await command.KillAsync();
    }

    private static Task<CountingModel> StartModelAsync() => CountingModel.StartAsync(n => ($"real {n}", "stop"));

    private static string? Prompt(System.Text.Json.Nodes.JsonObject request) => request["messages"]!.AsArray()[^1]!["content"]!.GetValue<string>();

    private string Written(string name, string definition)
    {
        File.WriteAllText(_folder.Combine(name), definition);
        return name;
    }

    private StoredRun Stored(string runId) => new(new FileContentStore(State, TimeProvider.System), runId);

    private async Task<JsonElement> ShowAsync(string runId) =>
        JsonElement.Parse((await CommandAsync(0, NoProvider, "runs", "show", runId, "--json")).Output);

    private async Task<ProcessResult> CommandAsync(int exit, IReadOnlyDictionary<string, string> variables, params string[] args)
    {
        var result = await OrchestratorProcess.RunAsync(_folder.Path, variables, [.. args, "--state", State]);
        Assert.True(result.ExitCode == exit, $"exit {result.ExitCode}\n{result.Output}\n{result.Error}");
        return result;
    }
}
