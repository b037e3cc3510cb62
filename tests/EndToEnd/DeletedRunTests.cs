using System.Text.Json;
using Orchestrator.EndToEnd.Processes;
using Orchestrator.Storage.Files;
using Orchestrator.Testing;

namespace Orchestrator.EndToEnd;

/// <summary>A process that executes a deleted run is cancelled, and its late writes are no part of the next run of the id.</summary>
[Trait("Trust", "15")]
public sealed class DeletedRunTests : IDisposable
{
    private const string Definition = """{ "steps": [ { "id": "a", "prompt": "1" } ] }""";

    private readonly TempFolder _folder = new();

    private string State => _folder.Combine("state");

    private string Run => Path.Combine(State, "runs", "mine");

    [Fact]
    public async Task New_run_of_the_id_takes_nothing_that_was_written_for_the_deleted_one()
    {
        await WriteAsync("w.json", Definition);
        await WriteAsync("old.json", """{ "steps": { "a": [ { "output": "OLD" } ] } }""");
        await WriteAsync("new.json", """{ "steps": { "a": [ { "output": "NEW" } ] } }""");
        await RunAsync(0, "run", "w.json", "--mocks", "old.json", "--state", State, "--run-id", "mine");
        var late = Directory.GetFiles(Run, "*", SearchOption.AllDirectories).Where(file => Path.GetFileName(file) != "run.json")
            .ToDictionary(file => file, File.ReadAllBytes);
        await RunAsync(0, "runs", "delete", "mine", "--state", State);
        foreach (var (file, content) in late)
        {
            Directory.CreateDirectory(Path.GetDirectoryName(file)!);
            await File.WriteAllBytesAsync(file, content);
        }

        var again = await RunAsync(0, "run", "w.json", "--mocks", "new.json", "--state", State, "--run-id", "mine", "--json");

        Assert.Contains("NEW", again.Output, StringComparison.Ordinal);
        Assert.DoesNotContain("OLD", again.Output, StringComparison.Ordinal);
        var shown = await RunAsync(0, "runs", "show", "mine", "--state", State, "--json");
        Assert.Contains("NEW", shown.Output, StringComparison.Ordinal);
        Assert.DoesNotContain("OLD", shown.Output, StringComparison.Ordinal);
        var stamp = JsonElement.Parse(await File.ReadAllTextAsync(Path.Combine(Run, "run.json"))).GetProperty("stamp").GetString()!;
        var log = await File.ReadAllLinesAsync(Path.Combine(Run, "log-0.jsonl"));
        Assert.Contains(log, line => line.Contains("OLD", StringComparison.Ordinal));
        Assert.Contains("NEW", Assert.Single(log, line => IsRecord(line, stamp)), StringComparison.Ordinal);
        Assert.DoesNotContain(log, line => line.Contains("OLD", StringComparison.Ordinal) && line.Contains(stamp, StringComparison.Ordinal));
    }

    [Fact]
    public async Task Executing_step_of_a_run_that_is_deleted_elsewhere_is_ended_and_its_terminal_says_so()
    {
        await WriteAsync("w.json", Definition);
        await WriteAsync("m.json", """{ "steps": { "a": [ { "output": "late", "latencyMs": 600000 } ] } }""");
        using var running = OrchestratorProcess.Start(_folder.Path, "run", "w.json", "--mocks", "m.json", "--state", State, "--run-id", "mine");
        await new StoredRun(new FileContentStore(State, TimeProvider.System), "mine").WaitForAsync("step.started", 1);

        await RunAsync(0, "runs", "delete", "mine", "--force", "--state", State);

        var ended = await running.WaitForExitAsync();
        Assert.Equal(3, ended.ExitCode);
        Assert.Contains("Run 'mine' was deleted by another process.", ended.Output, StringComparison.Ordinal);
        Assert.DoesNotContain("Something went wrong", ended.Error, StringComparison.Ordinal);
        Assert.DoesNotContain("Warning", ended.Error, StringComparison.Ordinal);
        Assert.False(Directory.Exists(Run), "something of the run is left");
    }

    public void Dispose() => _folder.Dispose();

    private static bool IsRecord(string line, string stamp) =>
        JsonElement.Parse(line).GetProperty("rec").TryGetProperty("checkpoint", out var record) && record.GetProperty("stamp").GetString() == stamp;

    private Task WriteAsync(string name, string content) => File.WriteAllTextAsync(_folder.Combine(name), content);

    private async Task<ProcessResult> RunAsync(int exitCode, params string[] arguments)
    {
        var result = await OrchestratorProcess.RunAsync(_folder.Path, arguments);
        Assert.True(result.ExitCode == exitCode, result.Error);
        return result;
    }
}
