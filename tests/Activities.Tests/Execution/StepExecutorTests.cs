using Orchestrator.Activities.RunLogs;
using Orchestrator.Activities.Runs;
using Orchestrator.Activities.Tests.Runs;
using Orchestrator.Storage;
using Orchestrator.Workflows.Runs;

namespace Orchestrator.Activities.Tests.Execution;

public class StepExecutorTests
{
    private const string Two = """
        { "options": { "timeout": 1000 },
          "steps": [ { "id": "a", "prompt": "Say {{word}}." }, { "id": "b", "prompt": "Again: {{a}}", "dependsOn": ["a"] } ] }
        """;

    private readonly TestRuns _runs = new();

    [Fact]
    public async Task Success_writes_the_record_with_inputs_output_usage_and_cost()
    {
        var run = await _runs.BeginAsync(
            Two, """{ "word": "hello" }""", """{ "a": [ { "output": "hello!", "usage": { "inputTokens": 1000, "outputTokens": 2000 } } ] }""");

        var outcome = await _runs.ExecuteAsync(run, 0);

        Assert.Equal(StepStatus.Completed, outcome.Status);
        var record = await _runs.CheckpointAsync(run, 0);
        Assert.Equal("hello!", record.Output!.GetValue<string>());
        Assert.Equal("hello", record.Inputs!["word"]!.GetValue<string>());
        Assert.Equal("gpt-6-luna", record.Model);
        Assert.Equal(0.0011m, record.Usage.EstimatedCost);
        Assert.Equal(record.Usage, outcome.Usage);
    }

    [Fact]
    public async Task Output_of_a_dependency_is_read_from_its_checkpoint_also_when_it_needed_a_second_attempt()
    {
        var run = await _runs.BeginAsync(
            Two, """{ "word": "x" }""",
            """{ "a": [ { "error": { "kind": "unavailable" } }, { "output": "second" } ], "b": [ { "output": "done" } ] }""");
        await _runs.ExecuteAsync(run, 0);
        await _runs.ExecuteAsync(run, 0, attempt: 2);

        await _runs.ExecuteAsync(run, 1);

        Assert.Equal("second", (await _runs.CheckpointAsync(run, 1)).Inputs!["a"]!.GetValue<string>());
    }

    [Fact]
    public async Task Attempt_that_has_a_record_is_answered_from_it_and_not_executed_again()
    {
        var run = await _runs.BeginAsync(Two, """{ "word": "x" }""");
        var first = await _runs.ExecuteAsync(run, 0);
        _runs.Time.Advance(TimeSpan.FromMinutes(1));

        var second = await _runs.ExecuteAsync(run, 0);

        Assert.Equal(first, second);
        Assert.Single((await _runs.EventsAsync()).Where(item => item.Event == RunEventNames.StepStarted).Select(item => item.At).Distinct());
    }

    [Fact]
    public async Task Two_executions_of_one_attempt_at_once_work_once_and_both_get_the_record()
    {
        var run = await _runs.BeginAsync(Two, """{ "word": "x" }""", """{ "*": [ { "output": "ok", "latencyMs": 400 } ] }""");

        var first = _runs.ExecuteAsync(run, 0);
        await _runs.Time.WhenTimersAsync(2); // its time limit and the model's latency
        var second = _runs.MakeExecutor().ExecuteAsync(_runs.Call(run, 0), CancellationToken.None);
        await _runs.Time.WhenTimersAsync(3); // and the second one's wait for the claim
        _runs.Time.Advance(TimeSpan.FromMilliseconds(400));
        await first;
        while (await Task.WhenAny(second, _runs.Time.WhenTimersAsync(1)) != second)
        {
            _runs.Time.AdvanceToNextTimer();
        }

        Assert.Equal(await first, await second);
        Assert.Single((await _runs.EventsAsync()).Where(item => item.Event == RunEventNames.StepStarted).Select(item => item.At).Distinct());
    }

    /// <summary>A worker that does not see the other's claim works too, and pays; both return the first checkpoint.</summary>
    [Fact]
    public async Task Two_executions_that_do_not_see_one_anothers_claims_get_the_same_record()
    {
        var run = await _runs.BeginAsync(Two, """{ "word": "x" }""", """{ "*": [ { "output": "ok", "latencyMs": 400 } ] }""");

        var first = _runs.ExecuteAsync(run, 0);
        await _runs.Time.WhenTimersAsync(2); // its time limit and the model's latency
        _runs.Time.Advance(TimeSpan.FromMilliseconds(100));
        var second = _runs.MakeExecutor(claims: new MemoryContentStore()).ExecuteAsync(_runs.Call(run, 0), CancellationToken.None);
        await _runs.Time.WhenTimersAsync(4);
        _runs.Time.Advance(TimeSpan.FromMilliseconds(400));

        Assert.Equal(await first, await second);
        Assert.Single(await _runs.EventsAsync(), item => item.Event == RunEventNames.StepCompleted);
        Assert.Equal(1, (await _runs.Reader.FindAsync(TestRuns.RunId, CancellationToken.None))!.Steps["a"].Attempts);
    }

    [Fact]
    public async Task Attempt_that_takes_too_long_fails_with_timeout_and_counts_its_tokens()
    {
        var run = await _runs.BeginAsync(Two, """{ "word": "x" }""", """{ "a": [ { "output": "late", "latencyMs": 5000 } ] }""");

        var execution = _runs.ExecuteAsync(run, 0);
        await _runs.Time.WhenTimersAsync(2);
        _runs.Time.Advance(TimeSpan.FromSeconds(1));
        var outcome = await execution;

        Assert.Equal(ErrorKind.Timeout, outcome.Error!.Kind);
        Assert.True(outcome.Error.Retryable);
        Assert.Equal("attempt", outcome.Error.Details!["level"]!.GetValue<string>());
        Assert.True(outcome.Usage.InputTokens > 0);
    }

    [Fact]
    public async Task Cancelled_run_ends_its_executing_step_at_once()
    {
        var run = await _runs.BeginAsync(Two, """{ "word": "x" }""", """{ "a": [ { "output": "late", "latencyMs": 500 } ] }""");

        var execution = _runs.ExecuteAsync(run, 0);
        await _runs.Time.WhenTimersAsync(2);
        await _runs.Control.CancelAsync(await _runs.IdentityAsync(), 1, "cancel", CancellationToken.None);

        var outcome = await execution;
        Assert.Equal((StepStatus.Cancelled, "cancel"), (outcome.Status, outcome.Reason));
    }

    [Fact]
    public async Task Cancelled_run_ends_its_executing_step_in_another_process_soon()
    {
        var run = await _runs.BeginAsync(
            """{ "steps": [ { "id": "a", "prompt": "x" } ] }""", mocks: """{ "a": [ { "output": "late", "latencyMs": 60000 } ] }""");
        var control = new RunControl(_runs.Store, _runs.Time);

        var execution = _runs.MakeExecutor(control: control).ExecuteAsync(_runs.Call(run, 0), CancellationToken.None);
        await _runs.Time.WhenTimersAsync(3); // its time limit, the model's latency, and the next look
        await _runs.Control.CancelAsync(await _runs.IdentityAsync(), 1, "cancel", CancellationToken.None);
        Assert.False(execution.IsCompleted);
        _runs.Time.Advance(TimeSpan.FromSeconds(5));

        var outcome = await execution;
        Assert.Equal((StepStatus.Cancelled, "cancel"), (outcome.Status, outcome.Reason));
        Assert.Equal(0, _runs.Time.ArmedTimers);
    }

    [Fact]
    public async Task Step_of_a_run_cancelled_before_costs_nothing()
    {
        var run = await _runs.BeginAsync(Two, """{ "word": "x" }""");
        await _runs.Control.CancelAsync(await _runs.IdentityAsync(), 1, "cancel", CancellationToken.None);

        var outcome = await _runs.ExecuteAsync(run, 0);

        Assert.Equal(StepStatus.Cancelled, outcome.Status);
        Assert.Equal(default, outcome.Usage);
        Assert.DoesNotContain(await _runs.EventsAsync(), item => item.Event == RunEventNames.StepStarted);
    }

    [Fact]
    public async Task Stopping_host_leaves_no_checkpoint_so_that_the_attempt_runs_again()
    {
        var run = await _runs.BeginAsync(Two, """{ "word": "x" }""", """{ "a": [ { "output": "late", "latencyMs": 500 } ] }""");
        using var stopping = new CancellationTokenSource();

        var execution = _runs.Executor.ExecuteAsync(_runs.Call(run, 0), stopping.Token);
        await _runs.Time.WhenTimersAsync(2);
        await stopping.CancelAsync();

        await Assert.ThrowsAnyAsync<OperationCanceledException>(() => execution);
        Assert.Null(await _runs.Checkpoints.FindAsync(run.Identity, "a", 1, 1, CancellationToken.None));
        var again = _runs.ExecuteAsync(run, 0);
        await _runs.Time.WhenTimersAsync(2);
        _runs.Time.Advance(TimeSpan.FromMilliseconds(500));
        Assert.Equal(StepStatus.Completed, (await again).Status);
    }

    [Fact]
    public async Task Work_does_not_start_before_its_earliest_time()
    {
        var run = await _runs.BeginAsync(Two, """{ "word": "x" }""");
        var turn = _runs.Time.GetUtcNow().AddSeconds(3);

        var execution = _runs.Executor.ExecuteAsync(_runs.Call(run, 0) with { NotBefore = turn }, CancellationToken.None);
        await _runs.Time.WhenTimersAsync(1);
        Assert.DoesNotContain(await _runs.EventsAsync(), item => item.Event == RunEventNames.StepStarted);
        _runs.Time.AdvanceTo(turn);
        await execution;

        Assert.Equal(turn, (await _runs.CheckpointAsync(run, 0)).StartedAt);
        Assert.Equal(3000, (await _runs.EventsAsync()).Single(item => item.Event == RunEventNames.StepStarted).QueuedMs);
    }

    [Fact]
    public async Task Delay_that_ends_while_events_are_appended_starts_the_work_at_once()
    {
        var store = new SlowAppendStore();
        var runs = new TestRuns(store);
        var run = await runs.BeginAsync(Two, """{ "word": "x" }""");
        var turn = runs.Time.GetUtcNow().AddMilliseconds(100);
        store.OnAppend = () => runs.Time.AdvanceTo(turn.AddMilliseconds(50));

        var outcome = await runs.Executor.ExecuteAsync(runs.Call(run, 0) with { NotBefore = turn }, CancellationToken.None);

        Assert.Equal(StepStatus.Completed, outcome.Status);
    }

    [Fact]
    public async Task Transform_that_finds_nothing_warns()
    {
        var run = await _runs.BeginAsync(
            """{ "steps": [ { "id": "a", "prompt": "Score it.", "options": { "outputTransform": "extractScores" } } ] }""",
            mocks: """{ "a": [ { "output": "No numbers here." } ] }""");

        await _runs.ExecuteAsync(run, 0);

        var record = await _runs.CheckpointAsync(run, 0);
        Assert.Equal("{}", record.Transformed!.ToJsonString());
        Assert.Single(record.Warnings);
    }

    [Fact]
    public async Task Long_error_message_is_cut_in_the_outcome_and_whole_in_the_record()
    {
        var run = await _runs.BeginAsync(
            Two, """{ "word": "x" }""", $$"""{ "a": [ { "error": { "kind": "toolFailed", "message": "{{new string('x', 5000)}}" } } ] }""");

        var outcome = await _runs.ExecuteAsync(run, 0);

        Assert.True(outcome.Error!.Message.Length <= 1_001);
        Assert.Equal(5000, (await _runs.CheckpointAsync(run, 0)).Error!.Message.Length);
    }

    [Fact]
    public async Task Streamed_step_puts_its_text_on_the_feed_in_order()
    {
        var text = string.Join(' ', Enumerable.Range(0, 40));
        var run = await _runs.BeginAsync(
            """{ "steps": [ { "id": "a", "prompt": "Count.", "options": { "stream": true } } ] }""",
            mocks: $$"""{ "a": [ { "output": "{{text}}" } ] }""");

        await _runs.ExecuteAsync(run, 0);

        var chunks = (await _runs.EventsAsync()).Where(item => item.Event == RunEventNames.StepChunk).ToList();
        Assert.Equal(text, string.Concat(chunks.Select(chunk => chunk.Text)));
        Assert.Equal(Enumerable.Range(0, chunks.Count), chunks.Select(chunk => chunk.Index!.Value));
    }
}
