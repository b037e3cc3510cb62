using Orchestrator.Activities.RunLogs;
using Orchestrator.Activities.Runs;
using Orchestrator.Activities.Tests.Runs;
using Orchestrator.Workflows.Runs;

namespace Orchestrator.Activities.Tests.Feed;

public class RunReaderTests
{
    private const string Two = """
        { "steps": [ { "id": "a", "prompt": "A." }, { "id": "b", "prompt": "B.", "dependsOn": ["a"] } ] }
        """;

    private readonly TestRuns _runs = new();

    [Fact]
    public async Task Run_that_is_under_way_shows_what_has_happened_so_far()
    {
        var run = await _runs.BeginAsync(Two);
        await _runs.ExecuteAsync(run, 0);

        var document = (await _runs.Reader.FindAsync(TestRuns.RunId, CancellationToken.None))!;

        Assert.Equal((RunStatus.Running, 2, 1), (document.Status, document.Progress.Total, document.Progress.Done));
        Assert.Equal((StepStatus.Completed, StepStatus.Pending), (document.Steps["a"].Status, document.Steps["b"].Status));
        Assert.Null(document.Outputs);
    }

    [Fact]
    public async Task Events_that_a_crash_repeated_count_once()
    {
        var run = await _runs.BeginAsync(Two, mocks: """{ "*": [ { "output": "ok", "usage": { "inputTokens": 10, "outputTokens": 20 } } ] }""");
        await _runs.ExecuteAsync(run, 0);
        var before = (await _runs.Reader.FindAsync(TestRuns.RunId, CancellationToken.None))!;

        await _runs.Feed.AppendAsync(await _runs.IdentityAsync(), await _runs.EventsAsync(), flush: true, CancellationToken.None);

        var after = (await _runs.Reader.FindAsync(TestRuns.RunId, CancellationToken.None))!;
        Assert.Equal(before.Steps["a"], after.Steps["a"]);
        Assert.Equal((10, 20, 1), (after.Usage.InputTokens, after.Usage.OutputTokens, after.Steps["a"].Attempts));
    }

    [Fact]
    public async Task Line_that_a_crash_tore_apart_hides_no_other()
    {
        var run = await _runs.BeginAsync(Two);
        await _runs.Store.AppendAsync(
            RunKeys.Log(TestRuns.RunId), """{"v":1,"crc":"12"""u8.ToArray(), flush: true);
        await _runs.ExecuteAsync(run, 0);

        Assert.Contains(await _runs.EventsAsync(), item => item is { Event: RunEventNames.StepCompleted, StepId: "a" });
    }

    [Fact]
    public async Task Unknown_run_is_null() => Assert.Null(await _runs.Reader.FindAsync("nobody", CancellationToken.None));
}
