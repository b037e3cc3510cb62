using Orchestrator.Activities.Feed;
using Orchestrator.Activities.RunLogs;
using Orchestrator.Workflows.Runs;

namespace Orchestrator.Functions.Tests.Orchestrations;

/// <summary>
/// An attempt that could be tried again and cannot, since the run has stopped, has failed: its record, its events and the run's document agree.
/// </summary>
[Trait("Trust", "7")]
public class LateFailureTests
{
    private const string Late = """[ { "latencyMs": 400, "error": { "kind": "unavailable", "message": "The host is away." } } ]""";

    [Theory]
    [InlineData("{}", """[ { "latencyMs": 20, "error": { "kind": "contentFiltered" } } ]""")]
    [InlineData(
        """{ "budget": { "tokens": 50 } }""", """[ { "latencyMs": 20, "output": "x", "usage": { "inputTokens": 90, "outputTokens": 9 } } ]""")]
    public async Task Attempt_that_fails_after_the_run_has_stopped_is_shown_as_failed(string options, string first)
    {
        var definition = $$"""
            { "options": {{options}},
              "steps": [ { "id": "b", "prompt": "b" }, { "id": "c", "prompt": "c" }, { "id": "d", "prompt": "{{"{{b}}"}}", "dependsOn": ["b"] } ] }
            """;
        await AssertFailedAsync(definition, $$"""{ "b": {{first}}, "c": {{Late}}, "*": [ { "output": "x" } ] }""", StepStatus.Failed);
    }

    private static async Task AssertFailedAsync(string definition, string mocks, StepStatus status)
    {
        await using var app = await AppHost.StartAsync();
        await app.StartRunAsync("r1", definition, mocks);
        var run = await app.WaitAsync("r1");
        var step = await app.Get<RunStepReader>().FindAsync("r1", "c", CancellationToken.None);
        var events = (await app.Get<RunEventFeed>().ReadAsync(await app.IdentityAsync("r1"), CancellationToken.None));

        Assert.Equal((RunStatus.Failed, status, null), (run.Status, run.Steps["c"].Status, run.Steps["c"].Reason));
        Assert.NotNull(run.Steps["c"].Error);
        Assert.Contains("c", run.Attempts[0].Failed);
        Assert.Equal(status, step!.Status);
        Assert.NotNull(events.Last(item => item.StepId == "c") is { Event: RunEventNames.StepFailed, Error: { } error } ? error : null);
    }
}
