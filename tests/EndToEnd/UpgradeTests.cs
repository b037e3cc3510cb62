using System.Buffers.Binary;
using System.Globalization;
using System.Numerics;
using System.Text;
using System.Text.Json;
using System.Text.RegularExpressions;
using Orchestrator.EndToEnd.Processes;
using Orchestrator.Storage.Files;
using Orchestrator.Testing;

namespace Orchestrator.EndToEnd;

/// <summary>A run whose history an older version of the orchestration code began, and whose process was killed.</summary>
public sealed partial class UpgradeTests : IDisposable
{
    private const string Definition = """
        { "options": { "parallelBatchDelay": 0 }, "steps": [ { "id": "a", "prompt": "1" }, { "id": "b", "prompt": "2", "dependsOn": ["a"] } ] }
        """;

    private readonly TempFolder _folder = new();

    private string State => _folder.Combine("state");

    private StoredRun Stored => new(new FileContentStore(State, TimeProvider.System), "mine");

    public void Dispose() => _folder.Dispose();

    [Fact]
    public async Task Server_goes_on_with_the_next_attempt_and_executes_nothing_again_that_has_its_record()
    {
        await StartAndKillAsync();

        using var server = await ServeProcess.StartAsync(State);
        await Stored.WaitForAsync("run.completed", 1);

        var run = await server.GetRunAsync("mine");
        Assert.Equal(("completed", 2), (run.GetProperty("status").GetString(), run.GetProperty("attempt").GetInt32()));
        Assert.Equal(
            ["interrupted", "completed"], run.GetProperty("attempts").EnumerateArray().Select(attempt => attempt.GetProperty("status").GetString()));
        Assert.Equal(
            1, (await Stored.EventsAsync()).Count(item => StoredRun.NameOf(item) == "step.started" && item.GetProperty("stepId").GetString() == "a"));
    }

    [Fact]
    public async Task Server_that_continues_no_runs_leaves_it_and_commands_cancel_or_resume_it()
    {
        await StartAndKillAsync();
        using (var server = await ServeProcess.StartAsync(State, "--no-continue"))
        {
            Assert.Equal(("interrupted", "lost"), await ShownAsync());
        }

        await CommandAsync("runs", "cancel", "mine");
        Assert.Equal(("cancelled", null), await ShownAsync());
        await CommandAsync("resume", "mine");
        Assert.Equal(("completed", null), await ShownAsync());
    }

    private async Task StartAndKillAsync()
    {
        using (var old = await ServeProcess.StartAsync(State, "--allow-mocks"))
        {
            const string Mocks = """{ "steps": { "b": [ { "output": "late", "latencyMs": 2000 } ], "*": [ { "output": "ok" } ] } }""";
            await old.StartRunAsync($$"""{ "definition": {{Definition}}, "runId": "mine", "options": { "mocks": {{Mocks}} } }""");
            await Stored.WaitForAsync("step.started", 2);
            await old.Process.KillAsync();
        }

        await MakeOlderAsync(State, "mine");
    }

    /// <summary>Turns the history of a run's first attempt into one that an older version began.</summary>
    internal static async Task MakeOlderAsync(string state, string runId)
    {
        var history = Path.Combine(state, "journal", "instances", $"{runId}~0.jsonl");
        var lines = await File.ReadAllLinesAsync(history);
        Assert.Single(
            lines,
            line => line.Contains("ExecutionStarted", StringComparison.Ordinal) && line.Contains("\"version\":\"1\"", StringComparison.Ordinal));
        await File.WriteAllTextAsync(history, string.Concat(lines.Select(line => OfVersion(line, "0") + "\n")));
    }

    private async Task<(string? Status, string? Reason)> ShownAsync()
    {
        var run = JsonDocument.Parse((await CommandAsync("runs", "show", "mine", "--json")).Output).RootElement;
        return (run.GetProperty("status").GetString(), run.TryGetProperty("reason", out var reason) ? reason.GetString() : null);
    }

    private async Task<ProcessResult> CommandAsync(params string[] args)
    {
        var result = await OrchestratorProcess.RunAsync(_folder.Path, [.. args, "--state", State]);
        Assert.True(result.ExitCode == 0, result.Error);
        return result;
    }

    /// <summary>The line of a history as a start with that version would have written it, with its checksum.</summary>
    private static string OfVersion(string line, string version)
    {
        var parts = Line().Match(line);
        var number = long.Parse(parts.Groups[1].Value, CultureInfo.InvariantCulture);
        var record = parts.Groups[2].Value.Replace("\"version\":\"1\"", $"\"version\":\"{version}\"", StringComparison.Ordinal);
        var bytes = new byte[sizeof(long)].Concat(Encoding.UTF8.GetBytes(record)).ToArray();
        BinaryPrimitives.WriteInt64LittleEndian(bytes, number);
        var checksum = ~bytes.Aggregate(uint.MaxValue, BitOperations.Crc32C);
        return $$"""{"v":1,"n":{{number}},"crc":"{{checksum:x8}}","rec":{{record}}}""";
    }

    [GeneratedRegex("^{\"v\":1,\"n\":([0-9]+),\"crc\":\"[0-9a-f]{8}\",\"rec\":(.*)}$", RegexOptions.CultureInvariant)]
    private static partial Regex Line();
}
