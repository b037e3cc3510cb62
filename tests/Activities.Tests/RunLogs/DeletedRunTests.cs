using Orchestrator.Activities.RunLogs;
using Orchestrator.Activities.Runs;
using Orchestrator.Activities.Tests.Runs;
using Orchestrator.Testing.Stores;
using Orchestrator.Workflows.Runs;

namespace Orchestrator.Activities.Tests.RunLogs;

/// <summary>A late writer of a run that was deleted, while another run has its id.</summary>
public class DeletedRunTests
{
    private const string Definition = """{ "steps": [ { "id": "a", "prompt": "1" } ] }""";

    private readonly TestRuns _runs = new();

    [Fact]
    public async Task Step_of_a_deleted_run_writes_nothing()
    {
        var run = await _runs.BeginAsync(Definition);
        await DeleteAsync();

        var outcome = await _runs.ExecuteAsync(run, 0);

        Assert.Equal(StepStatus.Cancelled, outcome.Status);
        Assert.False(await new RunDeletion(_runs.Store, _runs.Runs, _runs.Time).HasPartsAsync(TestRuns.RunId, CancellationToken.None));
    }

    [Fact]
    public async Task Step_of_a_deleted_run_changes_nothing_of_the_next_run_of_the_id()
    {
        var old = await _runs.BeginAsync(Definition, mocks: """{ "a": [ { "output": "OLD" } ] }""");
        var call = _runs.Call(old, 0);
        await DeleteAsync();
        var run = await _runs.BeginAsync(Definition, mocks: """{ "a": [ { "output": "NEW" } ] }""");

        Assert.Equal(StepStatus.Cancelled, (await _runs.Executor.ExecuteAsync(call, CancellationToken.None)).Status);
        await Assert.ThrowsAsync<RunGoneException>(() => _runs.Control.CancelAsync(old.Identity, 1, "cancel", CancellationToken.None));
        await Assert.ThrowsAsync<RunGoneException>(
            () => _runs.Lifecycle.FinishAsync(old.Identity, 1, RunStatus.Completed, null, _runs.Time.GetUtcNow(), null, CancellationToken.None));
        await Assert.ThrowsAsync<RunGoneException>(
            () => _runs.Lifecycle.EndAsync(old.Identity, 1, RunStatus.Failed, null, null, CancellationToken.None));

        Assert.Equal(StepStatus.Completed, (await _runs.ExecuteAsync(run, 0)).Status);
        Assert.Equal("NEW", (await _runs.CheckpointAsync(run, 0)).Output!.GetValue<string>());
    }

    [Fact]
    public async Task Late_writes_are_invisible_to_the_next_run()
    {
        var old = await _runs.BeginAsync(Definition, mocks: """{ "a": [ { "output": "OLD" } ] }""");
        await _runs.ExecuteAsync(old, 0);
        var late = await _runs.CheckpointAsync(old, 0);
        await DeleteAsync();
        var run = await _runs.BeginAsync(Definition, mocks: """{ "a": [ { "output": "NEW" } ] }""");
        await _runs.Logs.AppendAsync(old.Identity, [LogLine.Of(old.Identity, RunEventNames.StepCompleted, late, "late")], flush: true, CancellationToken.None);
        await _runs.Feed.AppendAsync(old.Identity, [new(RunEventNames.RunFailed, TestRuns.RunId, 1, _runs.Time.GetUtcNow())], flush: true, CancellationToken.None);

        Assert.Null(await _runs.Checkpoints.FindAsync(run.Identity, "a", 1, 1, CancellationToken.None));
        Assert.DoesNotContain(await _runs.EventsAsync(), item => item.Event == RunEventNames.RunFailed);

        await _runs.ExecuteAsync(run, 0);

        Assert.Equal("NEW", (await _runs.CheckpointAsync(run, 0)).Output!.GetValue<string>());
        Assert.All(await _runs.EventsAsync(), item => Assert.Null(item.Stamp));
    }

    [Theory]
    [InlineData(0, true)]
    [InlineData(0, false)]
    [InlineData(1, true)]
    [InlineData(1, false)]
    public async Task Executing_step_ends_within_two_seconds_when_its_run_is_deleted_or_ended_by_another_process(int step, bool deleted)
    {
        var run = await _runs.BeginAsync(
            """{ "steps": [ { "id": "a", "prompt": "1" }, { "id": "f", "prompt": "2" } ], "finally": ["f"] }""",
            mocks: """{ "*": [ { "output": "late", "latencyMs": 600000 } ] }""");
        var elsewhere = _runs.MakeExecutor(control: new RunControl(_runs.Store, _runs.Time));
        var executing = elsewhere.ExecuteAsync(_runs.Call(run, step), CancellationToken.None);
        await _runs.Time.WhenTimersAsync(3);

        await (deleted ? DeleteAsync() : _runs.Lifecycle.EndAsync(run.Identity, 1, RunStatus.Cancelled, null, null, CancellationToken.None));
        _runs.Time.Advance(RunControl.PollInterval);

        Assert.Equal(StepStatus.Cancelled, (await executing).Status);
        Assert.Equal(deleted, await _runs.Checkpoints.FindAsync(run.Identity, run.Steps[step].Id, 1, 1, CancellationToken.None) is null);
    }

    /// <summary>As an append that happened, whose answer was lost, and that is repeated.</summary>
    [Theory]
    [InlineData(RunEventNames.RunCompleted, true)]
    [InlineData(RunEventNames.RunCompleted, false)]
    [InlineData(RunEventNames.StepChunk, true)]
    [InlineData(RunEventNames.StepChunk, false)]
    public async Task Late_append_leaves_no_log_of_a_deleted_run(string name, bool isFinished)
    {
        var run = await _runs.BeginAsync(Definition);
        var deletion = new RunDeletion(_runs.Store, _runs.Runs, _runs.Time);
        var record = await deletion.BeginAsync(TestRuns.RunId, _ => true, CancellationToken.None);
        await deletion.DeletePartsAsync(TestRuns.RunId, CancellationToken.None);
        await (isFinished ? deletion.FinishAsync(TestRuns.RunId, record, CancellationToken.None) : Task.CompletedTask);

        await Assert.ThrowsAsync<RunGoneException>(() => _runs.Feed.AppendAsync(
            run.Identity, [new(name, TestRuns.RunId, 1, _runs.Time.GetUtcNow()) { StepPath = "a", Attempt = 1 }], flush: true, CancellationToken.None));

        await (isFinished ? Task.CompletedTask : deletion.FinishAsync(TestRuns.RunId, record, CancellationToken.None));
        Assert.False(await deletion.HasPartsAsync(TestRuns.RunId, CancellationToken.None));
        Assert.Null(await _runs.Runs.FindAnyAsync(TestRuns.RunId, CancellationToken.None));
    }

    [Fact]
    public async Task Deletion_deletes_what_is_written_after_it_has_listed_the_parts()
    {
        var store = new FailingStore();
        var runs = new TestRuns(store);
        await runs.BeginAsync(Definition);
        var deletion = new RunDeletion(store, runs.Runs, runs.Time);
        var record = await deletion.BeginAsync(TestRuns.RunId, _ => true, CancellationToken.None);
        var isLate = false;
        store.OnOperation = values =>
        {
            // The record is gone, and the deletion looks whether it is.
            if (!isLate && values.GetAsync(RunKeys.Record(TestRuns.RunId)).Result is null)
            {
                isLate = true;
                values.AppendAsync(RunKeys.Log(TestRuns.RunId), "late\n"u8.ToArray(), flush: true).Wait();
            }
        };

        await deletion.FinishAsync(TestRuns.RunId, record, CancellationToken.None);

        Assert.True(isLate);
        Assert.False(await deletion.HasPartsAsync(TestRuns.RunId, CancellationToken.None));
    }

    private async Task DeleteAsync()
    {
        var deletion = new RunDeletion(_runs.Store, _runs.Runs, _runs.Time);
        var record = await deletion.BeginAsync(TestRuns.RunId, _ => true, CancellationToken.None);
        await deletion.FinishAsync(TestRuns.RunId, record, CancellationToken.None);
    }
}
