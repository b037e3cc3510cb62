using System.Text.Json;
using Orchestrator.Activities.Feed;
using Orchestrator.Activities.RunLogs;
using Orchestrator.Storage;
using Orchestrator.Workflows.Runs;
using Orchestrator.Workflows.Serialization;

namespace Orchestrator.Functions.Tests.Activities;

/// <summary>A failure that is too large for an event keeps its kind.</summary>
[Trait("Trust", "18")]
public sealed class LargeEventTests
{
    [Fact]
    public async Task Failure_with_a_message_of_five_megabytes_is_the_failure_of_the_step()
    {
        var message = new string('x', 5 * 1024 * 1024);
        await using var app = await AppHost.StartAsync();

        await app.StartRunAsync(
            "r1", """{ "steps": [ { "id": "a", "prompt": "A" } ] }""",
            $$"""{ "a": [ { "error": { "kind": "toolFailed", "message": "{{message}}" } } ] }""");
        var run = await app.WaitAsync("r1");

        Assert.Equal(RunStatus.Failed, run.Status);
        Assert.Equal(ErrorKind.ToolFailed, run.Error!.Kind);
        Assert.Equal(StepStatus.Failed, run.Steps["a"].Status);
        var failed = Assert.Single(
            (await app.Get<RunEventFeed>().ReadAsync(await app.IdentityAsync("r1"), CancellationToken.None)),
            item => item.Event == RunEventNames.StepFailed);
        Assert.Equal(ErrorKind.ToolFailed, failed.Error!.Kind);
        Assert.InRange(failed.Error.Message.Length, 1_000, 20_000);

        // The other one is what the run executes, with its mocks.
        var beside = await app.Get<IContentStore>().ListAsync(ContentPrefix.Under("runs", "r1", "outputs")).ToListAsync();
        Assert.Equal(2, beside.Count);
        var key = Assert.Single(beside, key => failed.Error.Message.EndsWith($"the whole is in '{key}')", StringComparison.Ordinal));
        var whole = JsonSerializer.Deserialize<WorkflowError>((await app.Get<IContentStore>().GetAsync(key))!.Bytes.Span, WorkflowJson.Compact);
        Assert.Equal((ErrorKind.ToolFailed, message), (whole!.Kind, whole.Message));
        Assert.Equal(message, (await app.Get<RunStepReader>().FindAsync("r1", "a", default))!.Attempts[^1].Error!.Message);
    }
}
