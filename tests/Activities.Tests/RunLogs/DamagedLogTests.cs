using Orchestrator.Activities.Checkpoints;
using Orchestrator.Activities.Records;
using Orchestrator.Activities.RunLogs;
using Orchestrator.Activities.Runs;
using Orchestrator.Activities.Tests.Runs;
using Orchestrator.Storage;
using Orchestrator.Workflows.Planning;
using Orchestrator.Workflows.Runs;

namespace Orchestrator.Activities.Tests.RunLogs;

/// <summary>What may have been recorded in a damaged line of a log is not executed, and so not paid for, a second time.</summary>
[Trait("Trust", "14")]
public sealed class DamagedLogTests
{
    private const string Definition = """
        { "steps": [ { "id": "a", "prompt": "A." }, { "id": "b", "prompt": "B." }, { "id": "c", "prompt": "C." } ] }
        """;

    private readonly TestRuns _runs = new();

    [Theory]
    [InlineData(true)]
    [InlineData(false)]
    public async Task Another_process_executes_no_step_without_a_record_and_answers_from_the_records_that_it_can_read(bool isShared)
    {
        var run = await LeaveAsync();
        var other = _runs.MakeExecutor(claims: new MemoryContentStore(), leased: isShared);

        Assert.Equal(StepStatus.Completed, (await other.ExecuteAsync(_runs.Call(run, 1), default)).Status);
        foreach (var step in (int[])[0, 2])
        {
            var problem = await Assert.ThrowsAsync<UnreadableRecordException>(() => other.ExecuteAsync(_runs.Call(run, step), default));
            Assert.StartsWith("The record 'runs/r1/log-0.jsonl' is damaged: its line at byte ", problem.Message, StringComparison.Ordinal);
        }

        Assert.DoesNotContain(await _runs.EventsAsync(), item => item is { Event: RunEventNames.StepStarted, StepId: "c" });
    }

    [Fact]
    public async Task Attempt_of_the_run_that_was_prepared_after_the_damage_executes_its_steps()
    {
        var run = await LeaveAsync();
        var end = await LengthAsync();
        await BeginSecondAsync(run);

        Assert.Null(await FindAsync(_runs.Call(run, 0) with { RunAttempt = 2 }, end));
        await Assert.ThrowsAsync<UnreadableRecordException>(() => FindAsync(_runs.Call(run, 0), 0));
    }

    /// <summary>Nothing of the attempt that can be read stands before the damaged line.</summary>
    [Fact]
    public async Task Damage_of_the_first_lines_of_an_attempt_of_the_run_stops_its_steps()
    {
        var run = await _runs.BeginAsync(Definition);
        await _runs.ExecuteAsync(run, 0);
        var end = await LengthAsync();
        await BeginSecondAsync(run);
        await _runs.ChangeLogAsync(log => log.Replace("\"runAttempt\":2", "\"runAttempt\":#", StringComparison.Ordinal));

        await Assert.ThrowsAsync<UnreadableRecordException>(() => FindAsync(_runs.Call(run, 1) with { RunAttempt = 2 }, end));
    }

    private async Task<long> LengthAsync() => (await _runs.Store.ReadFromAsync(RunKeys.Log(TestRuns.RunId), 0))!.End;

    private Task BeginSecondAsync(PreparedRun run) => _runs.Feed.AppendAsync(
        run.Identity, [new RunEvent(RunEventNames.RunStarted, run.RunId, 2, _runs.Time.GetUtcNow())], flush: true, default);

    /// <summary>A run in which <c>a</c> has a damaged record, <c>b</c> a sound one, and <c>c</c> none.</summary>
    private async Task<PreparedRun> LeaveAsync()
    {
        var run = await _runs.BeginAsync(Definition);
        await _runs.ExecuteAsync(run, 0);
        await _runs.ExecuteAsync(run, 1);
        await _runs.DamageCheckpointAsync("a");
        return run;
    }

    private async Task<StepCheckpoint?> FindAsync(ExecuteStepInput call, long logFrom)
    {
        using var logs = new RunLogStore(_runs.Store);
        return await new CheckpointStore(_runs.Store, logs).FindToExecuteAsync(call, logFrom, default);
    }
}
