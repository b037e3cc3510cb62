using Orchestrator.Activities.RunLogs;
using Orchestrator.Activities.Tests.Runs;
using Orchestrator.Workflows.Planning;
using Orchestrator.Workflows.Runs;

namespace Orchestrator.Activities.Tests.Execution;

/// <summary>Calls that write down what takes the place of an output.</summary>
public class StepSubstituteTests
{
    private static readonly WorkflowError Broke = new(ErrorKind.Internal, "It broke.");
    private readonly TestRuns _runs = new();

    [Fact]
    public async Task Fallback_gives_the_transformed_output_itself()
    {
        var run = await BeginAsync("\"outputTransform\": \"parseJson\", \"fallback\": { \"value\": \"n/a\", \"transformed\": { \"score\": 0 } }");
        var outcome = await CallAsync(run, attempt: 1);
        var record = await _runs.CheckpointAsync(run, 0);

        Assert.Equal(StepStatus.Completed, outcome.Status);
        Assert.Equal(("n/a", "{\"score\":0}", true), (record.Output!.GetValue<string>(), record.Transformed!.ToJsonString(), record.FallbackUsed));
        Assert.Equal("It broke.", record.Error!.Message);
    }

    [Fact]
    public async Task Attempt_whose_call_failed_gets_a_checkpoint_before_that_of_its_fallback()
    {
        var run = await BeginAsync("\"fallback\": { \"value\": \"n/a\" }");
        await CallAsync(run, attempt: 2);

        Assert.Equal(StepStatus.Failed, (await _runs.CheckpointAsync(run, 0)).Status);
        Assert.Equal("n/a", (await _runs.Checkpoints.FindResultAsync(run, 0, CancellationToken.None))!.Output!.GetValue<string>());
    }

    [Fact]
    public async Task Attempt_that_completed_although_its_call_failed_gives_the_result()
    {
        var run = await BeginAsync("\"fallback\": { \"value\": \"n/a\" }");
        await _runs.ExecuteAsync(run, 0);
        var outcome = await CallAsync(run, attempt: 2);

        Assert.Equal(StepStatus.Completed, outcome.Status);
        Assert.Equal("ok", (await _runs.Checkpoints.FindResultAsync(run, 0, CancellationToken.None))!.Output!.GetValue<string>());
        Assert.Null(await _runs.Checkpoints.FindAsync(run.Identity, "a", 1, 2, CancellationToken.None));
    }

    [Fact]
    public async Task Call_that_is_repeated_is_answered_from_its_record()
    {
        var run = await BeginAsync("\"fallback\": { \"value\": \"n/a\" }");
        var first = await CallAsync(run, attempt: 1);

        Assert.Equal(first.CompletedAt, (await CallAsync(run, attempt: 1)).CompletedAt);
        Assert.DoesNotContain(await _runs.EventsAsync(), item => item.Event == RunEventNames.StepStarted);
    }

    private Task<PreparedRun> BeginAsync(string options) =>
        _runs.BeginAsync($$"""{ "steps": [ { "id": "a", "prompt": "a", "options": { {{options}} } } ] }""");

    private Task<StepOutcome> CallAsync(PreparedRun run, int attempt) =>
        _runs.Executor.ExecuteAsync(_runs.Call(run, 0, attempt) with { Failure = Broke }, CancellationToken.None);
}
