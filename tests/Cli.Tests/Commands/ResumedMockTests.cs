namespace Orchestrator.Cli.Tests.Commands;

/// <summary>A resume goes on in the list of a step's mocks behind the entries that its attempts have used.</summary>
public sealed class ResumedMockTests : IDisposable
{
    private const string QueueFull = """ "queueSize": 1, "onStepFailure": "continue" """; // c waits in vain and has its fallback, d fails
    private const string Listed = """ "c": [ { "output": "first" }, { "output": "second" } ] """;
    private const string FailingOnce = Listed + """, "d": [ { "error": { "kind": "contentFiltered" } }, { "output": "ok" } ] """;

    private readonly Workspace _workspace = new();

    public void Dispose() => _workspace.Dispose();

    [Theory]
    [InlineData(QueueFull, """ "options": { "fallback": { "value": "one" } } """, Listed)]
    [InlineData("", """ "when": "false" """, FailingOnce)]
    public async Task Attempt_without_work_uses_up_no_entry(string options, string step, string mocks)
    {
        (await _workspace.RunAsync(Definition(options, step), mocks, "--run-id", "r")).AssertExit(1);

        var resumed = await Workspace.InvokeAsync(
            "resume", "r", "--from", "c", "--json", "--state", _workspace.State, "--definition",
            _workspace.Write("workflow.json", Definition("", """ "type": "prompt" """)));

        resumed.AssertExit(0);
        Assert.Equal("first", resumed.Json().GetProperty("outputs").GetProperty("c").GetString());
    }

    [Fact]
    public async Task Attempt_that_worked_uses_up_its_entry()
    {
        (await _workspace.RunAsync(Definition("", """ "type": "prompt" """), FailingOnce, "--run-id", "r")).AssertExit(1);

        var resumed = await Workspace.InvokeAsync("resume", "r", "--from", "c", "--json", "--state", _workspace.State);

        resumed.AssertExit(0);
        Assert.Equal("second", resumed.Json().GetProperty("outputs").GetProperty("c").GetString());
    }

    private static string Definition(string options, string step) => $$"""
        { "slug": "mq", "options": { "parallelBatchDelay": 0, "maxParallelism": 1{{(options.Length == 0 ? "" : ", " + options)}} },
          "steps": [ { "id": "a", "prompt": "a" }, { "id": "b", "prompt": "b" }, { "id": "c", "prompt": "c", {{step}} },
                     { "id": "d", "prompt": "d" } ] }
        """;
}
