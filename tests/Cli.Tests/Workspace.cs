using Orchestrator.Cli.Commands;
using Orchestrator.Cli.State;
using Orchestrator.Testing;
using Orchestrator.Workflows.Runs;

namespace Orchestrator.Cli.Tests;

/// <summary>A folder with definitions, mocks and a state folder, and the command to run on them.</summary>
internal sealed class Workspace : IDisposable
{
    /// <summary>One prompt that needs the input <c>word</c>.</summary>
    public const string One = """{ "slug": "one", "steps": [ { "id": "say", "prompt": "Say {{word}}." } ] }""";

    /// <summary>A chain of two, and one that depends on neither; one at a time, the chain first.</summary>
    public const string Three = """
        { "slug": "three", "options": { "maxParallelism": 1, "parallelBatchDelay": 0 },
          "steps": [
            { "id": "first", "prompt": "First." },
            { "id": "second", "prompt": "Then {{first}}", "dependsOn": ["first"] },
            { "id": "alone", "prompt": "Alone." } ] }
        """;

    private readonly TempFolder _folder = new();

    public string State => Path("state");

    public string Path(string name) => _folder.Combine(name);

    /// <summary>Writes a file and returns its path.</summary>
    public string Write(string name, string text)
    {
        var path = Path(name);
        Directory.CreateDirectory(System.IO.Path.GetDirectoryName(path)!);
        File.WriteAllText(path, text);
        return path;
    }

    public static async Task<CommandResult> InvokeAsync(params string[] args)
    {
        using var output = new StringWriter();
        using var error = new StringWriter();
        var exitCode = await OrchestratorCommand.RunAsync(args, TextWriter.Synchronized(output), TextWriter.Synchronized(error));
        return new CommandResult(exitCode, output.ToString(), error.ToString());
    }

    /// <summary>Runs a definition; every step answers "ok" unless <paramref name="mocks"/> says otherwise.</summary>
    public Task<CommandResult> RunAsync(string definition, string? mocks = null, params string[] more) =>
        InvokeAsync(["run", Write("workflow.json", definition), "--state", State, "--mocks", Mocks(mocks), .. more]);

    /// <summary>Writes mocks: the members of <c>steps</c>, and "ok" for the rest.</summary>
    public string Mocks(string? steps = null) =>
        Write("mocks.json", $$"""{ "steps": { {{(steps is null ? "" : steps + ", ")}}"*": [ { "output": "ok" } ] } }""");

    /// <summary>One line for each reason, in this order, and no trace of a run.</summary>
    public void AssertRefused(CommandResult result, params string[] reasons)
    {
        result.AssertPlainRefusal();

        // Findings in a definition have the line that they are about below them, and are counted at the end.
        var lines = result.ErrorLines.Where(line => !line.StartsWith("    ", StringComparison.Ordinal)
            && !line.EndsWith(" mistake.", StringComparison.Ordinal) && !line.EndsWith(" mistakes.", StringComparison.Ordinal)).ToList();
        Assert.True(reasons.Length == lines.Count, result.Error);
        foreach (var (reason, line) in reasons.Zip(lines))
        {
            Assert.Contains(reason, line, StringComparison.Ordinal);
        }

        Assert.False(Directory.Exists(System.IO.Path.Combine(State, "runs")), "something of the run was written");
    }

    /// <summary>Leaves the run as a killed process does.</summary>
    public async Task MakeOpenAsync(string runId, RunStatus status = RunStatus.Running)
    {
        var runs = new StateStorage(StorageKind.Files, State).OpenExistingRuns();
        await runs.UpdateAsync(runId, run => run with { Status = status, CompletedAt = null }, CancellationToken.None);
    }

    public void Dispose() => _folder.Dispose();
}
