using Orchestrator.EndToEnd.Processes;
using Orchestrator.Testing;

namespace Orchestrator.EndToEnd;

/// <summary>A start does not read the histories of ended runs.</summary>
[Trait("Trust", "12")]
public sealed class FastStartTests : IDisposable
{
    private readonly TempFolder _folder = new();

    private string State => _folder.Combine("state");

    public void Dispose() => _folder.Dispose();

    [Fact]
    public async Task Serve_starts_without_a_look_at_the_histories_of_runs_that_have_ended()
    {
        await File.WriteAllTextAsync(_folder.Combine("workflow.json"), """{ "steps": [ { "id": "a", "prompt": "1" } ] }""");
        await File.WriteAllTextAsync(_folder.Combine("mocks.json"), """{ "steps": { "*": [ { "output": "ok" } ] } }""");
        var ended =
            await OrchestratorProcess.RunAsync(_folder.Path, "run", "workflow.json", "--mocks", "mocks.json", "--run-id", "mine", "--state", State);
        Assert.True(ended.ExitCode == 0, ended.Error);

        // Reading a damaged history would be reported.
        foreach (var history in Directory.GetFiles(Path.Combine(State, "journal", "instances"), "*.jsonl"))
        {
            // Of the same length, since an extract that is of a shorter or longer history is not believed.
            await File.WriteAllTextAsync(history, new string('x', (int)new FileInfo(history).Length));
        }

        using var server = await ServeProcess.StartAsync(State);
        await server.Process.Output.WaitForAsync("Press Ctrl+C");

        Assert.Equal("completed", (await server.GetRunAsync("mine")).GetProperty("status").GetString());
        var status = await server.WaitForEndAsync("/runtime/webhooks/durabletask/instances/mine");
        Assert.Equal("Completed", status.GetProperty("runtimeStatus").GetString());
        Assert.Empty(server.Process.Error.Text);
    }
}
