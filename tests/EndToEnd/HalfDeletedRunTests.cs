using System.Net;
using Orchestrator.Activities.RunLogs;
using Orchestrator.EndToEnd.Processes;
using Orchestrator.Storage.Files;
using Orchestrator.Testing;

namespace Orchestrator.EndToEnd;

/// <summary>
/// A run whose deletion was killed after its first write, in a folder that is served: it is reported as half deleted, and the next deletion finishes
/// it.
/// </summary>
[Trait("Trust", "15")]
public sealed class HalfDeletedRunTests : IDisposable
{
    private const string Definition = """{ "steps": [ { "id": "a", "prompt": "1" } ] }""";

    private readonly TempFolder _folder = new();

    private string State => _folder.Combine("state");

    public void Dispose() => _folder.Dispose();

    [Fact]
    public async Task Server_reports_a_half_deleted_run_and_prune_deletes_it()
    {
        await File.WriteAllTextAsync(_folder.Combine("w.json"), Definition);
        await CommandAsync("run", "w.json", "--run-id", "mine", "--model", "simulated:latency=0");
        var content = new FileContentStore(State, TimeProvider.System);
        Assert.NotNull(
            await new RunDeletion(content, new RunStore(content, new RunLogStore(content)), TimeProvider.System).BeginAsync("mine", static _ => true, CancellationToken.None));
        using var server = await ServeProcess.StartAsync(State, "--model", "simulated");

        using var shown = await server.Client.GetAsync("api/runs/mine");
        using var started = await server.PostAsync($$"""{ "definition": {{Definition}}, "runId": "mine" }""");
        foreach (var (answer, status) in new[] { (shown, HttpStatusCode.NotFound), (started, HttpStatusCode.Conflict) })
        {
            var body = await answer.Content.ReadAsStringAsync();
            Assert.True(answer.StatusCode == status, body);
            Assert.Contains(
                "'orchestrator runs delete mine' finishes that", body.Replace("\\u0027", "'", StringComparison.Ordinal), StringComparison.Ordinal);
        }

        Assert.Contains("1 half deleted run", (await CommandAsync("runs", "prune", "--older-than", "30d")).Output, StringComparison.Ordinal);
        Assert.False(Directory.Exists(Path.Combine(State, "runs", "mine")), "something of the run is left");
        Assert.Empty(Directory.GetFiles(Path.Combine(State, "journal", "instances")));
    }

    private async Task<ProcessResult> CommandAsync(params string[] args)
    {
        var result = await OrchestratorProcess.RunAsync(_folder.Path, [.. args, "--state", State]);
        Assert.True(result.ExitCode == 0, $"exit {result.ExitCode}\n{result.Output}\n{result.Error}");
        return result;
    }
}
