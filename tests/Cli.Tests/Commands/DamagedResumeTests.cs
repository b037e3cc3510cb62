namespace Orchestrator.Cli.Tests.Commands;

/// <summary>What a resume does about stored parts of a run that cannot be read.</summary>
[Trait("Trust", "14")]
public sealed class DamagedResumeTests : IDisposable
{
    private const string Definition = """
        { "slug": "two", "steps": [ { "id": "a", "prompt": "a" }, { "id": "b", "prompt": "{{a}}", "dependsOn": ["a"] } ] }
        """;

    private const string Failing = """ "b": [ { "error": { "kind": "contentFiltered" } }, { "output": "B" } ] """;

    private readonly Workspace _workspace = new();

    public void Dispose() => _workspace.Dispose();

    [Fact]
    public async Task Damaged_record_of_a_step_costs_that_step_and_a_warning()
    {
        (await _workspace.RunAsync(Definition, Failing, "--run-id", "r")).AssertExit(1);
        await CutAsync(Path.Combine(_workspace.State, "runs", "r", "steps", "a", "1-1.json"));

        var resumed = await Workspace.InvokeAsync("resume", "r", "--json", "--state", _workspace.State);

        resumed.AssertExit(0);
        var run = resumed.Json();
        Assert.Equal("completed", run.GetProperty("steps").GetProperty("a").GetProperty("status").GetString());
        Assert.Contains(run.GetProperty("warnings").EnumerateArray(), warning => warning.GetString()!.Contains("Step 'a' is executed again.", StringComparison.Ordinal));
    }

    [Theory]
    [InlineData]
    [InlineData("--fork", "--run-id", "other")]
    public async Task Missing_record_of_a_step_that_an_attempt_reused_costs_that_step_and_a_warning(params string[] more)
    {
        (await _workspace.RunAsync(Definition, """ "b": [ { "error": { "kind": "contentFiltered" } }, { "error": { "kind": "contentFiltered" } }, { "output": "B" } ] """, "--run-id", "r")).AssertExit(1);
        (await Workspace.InvokeAsync("resume", "r", "--state", _workspace.State)).AssertExit(1);
        (await Workspace.InvokeAsync("resume", "r", "--state", _workspace.State, "--fork", "--run-id", "sound")).AssertExit(1);
        File.Delete(Path.Combine(_workspace.State, "runs", "r", "steps", "a", "1-1.json"));

        var resumed = await Workspace.InvokeAsync(["resume", "r", "--json", "--state", _workspace.State, "--mocks", _workspace.Mocks(), .. more]);

        resumed.AssertExit(0);
        var run = resumed.Json();
        Assert.Equal("completed", run.GetProperty("steps").GetProperty("a").GetProperty("status").GetString());
        var warning = Assert.Single(run.GetProperty("warnings").EnumerateArray(), warning => warning.GetString()!.Contains("'runs/r/steps/a/1-1.json'", StringComparison.Ordinal));
        Assert.EndsWith("Step 'a' is executed again.", warning.GetString(), StringComparison.Ordinal);
    }

    [Fact]
    public async Task Damaged_definition_is_named_and_the_next_start_writes_it_again()
    {
        (await _workspace.RunAsync(Definition, Failing, "--run-id", "r")).AssertExit(1);
        foreach (var file in Directory.GetFiles(Path.Combine(_workspace.State, "definitions")))
        {
            await CutAsync(file);
        }

        var refused = await Workspace.InvokeAsync("resume", "r", "--state", _workspace.State);
        (await _workspace.RunAsync(Definition, Failing, "--run-id", "again")).AssertExit(1);
        var resumed = await Workspace.InvokeAsync("resume", "r", "--state", _workspace.State);

        refused.AssertPlainRefusal();
        Assert.Contains("'definitions/", refused.Error, StringComparison.Ordinal);
        resumed.AssertExit(0);
    }

    private static async Task CutAsync(string file) => await File.WriteAllBytesAsync(file, (await File.ReadAllBytesAsync(file))[..20]);
}
