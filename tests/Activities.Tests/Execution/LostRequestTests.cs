using Orchestrator.Activities.Checkpoints;
using Orchestrator.Activities.Execution;
using Orchestrator.Activities.RunLogs;
using Orchestrator.Activities.Tests.Runs;
using Orchestrator.Storage;
using Orchestrator.Testing.Stores;
using Orchestrator.Workflows.Runs;

namespace Orchestrator.Activities.Tests.Execution;

/// <summary>Requests whose execution ended without a record: they may have been paid for, and count.</summary>
[Trait("Trust", "2")]
public sealed class LostRequestTests
{
    private const string Prompt = "Say a word or two.";
    private const string Two = $$"""{ "steps": [ { "id": "a", "prompt": "{{Prompt}}", "options": { "timeout": 600000 } }, { "id": "b", "prompt": "x", "dependsOn": ["a"] } ] }""";
    private const string Mocks = """{ "*": [ { "output": "ok", "latencyMs": 500, "usage": { "inputTokens": 100, "outputTokens": 1 } } ] }""";
    private const int Estimate = 5;

    private readonly TestRuns _runs = new();

    [Theory]
    [InlineData(1, false)]
    [InlineData(3, false)]
    [InlineData(1, true)]
    [InlineData(3, true)]
    public async Task Each_execution_that_left_no_record_counts_its_input_as_an_estimate_in_whichever_process(int lost, bool sameProcess)
    {
        var run = await _runs.BeginAsync(Two, mocks: Mocks);
        for (var time = 0; time < lost; time++)
        {
            await LoseAsync(sameProcess ? _runs.Executor : Process(), _runs.Call(run, 0));
        }

        var outcome = await FinishAsync((sameProcess ? _runs.Executor : Process()).ExecuteAsync(_runs.Call(run, 0), CancellationToken.None));

        Assert.Equal(100 + (lost * Estimate), outcome.Usage.InputTokens);
        Assert.Equal(1, outcome.Usage.OutputTokens);
        Assert.True(outcome.Usage.Estimated);
        var record = await _runs.CheckpointAsync(run, 0);
        Assert.Equal(outcome.Usage, record.Usage);
        Assert.Contains(lost == 1 ? "1 request of" : $"{lost} requests of", Assert.Single(record.Warnings), StringComparison.Ordinal);
        var priced = await PricedAsync();
        Assert.Equal(priced.One + (lost * priced.Lost), outcome.Usage.EstimatedCost);
    }

    [Fact]
    public async Task Request_whose_prompt_cannot_be_filled_in_again_is_named()
    {
        var run = await _runs.BeginAsync(
            """{ "steps": [ { "id": "a", "prompt": "x" }, { "id": "b", "prompt": "of {{a}}", "dependsOn": ["a"], "options": { "timeout": 600000 } } ] }""", mocks: Mocks.Replace("\"ok\"", $"\"{new string('x', 70_000)}\"", StringComparison.Ordinal));
        await FinishAsync(_runs.ExecuteAsync(run, 0));
        await LoseAsync(Process(), _runs.Call(run, 1));
        await _runs.Store.DeleteAsync(ContentPrefix.Under("runs", TestRuns.RunId, "outputs"));
        var call = _runs.Call(run, 1) with { EndedBy = new WorkflowError(ErrorKind.Internal, "The record of 'a' cannot be read.") };

        var outcome = await Process().ExecuteAsync(call, CancellationToken.None);

        Assert.Equal((StepStatus.Failed, true), (outcome.Status, outcome.Usage.Estimated));
        Assert.StartsWith(
            "Step 'b': 1 execution of this attempt ended without a record, and what it may have cost is not counted: ",
            Assert.Single((await _runs.CheckpointAsync(run, 1)).Warnings), StringComparison.Ordinal);
    }

    [Fact]
    public async Task Attempt_that_has_its_record_and_one_that_was_never_begun_count_nothing_in_another_process()
    {
        var run = await _runs.BeginAsync(Two, mocks: Mocks);
        var first = await FinishAsync(_runs.ExecuteAsync(run, 0));
        var process = Process();

        Assert.Equal(first, await process.ExecuteAsync(_runs.Call(run, 0), CancellationToken.None));
        var second = await FinishAsync(process.ExecuteAsync(_runs.Call(run, 1), CancellationToken.None));

        Assert.Equal((100, false), (first.Usage.InputTokens, first.Usage.Estimated));
        Assert.Equal((100, false), (second.Usage.InputTokens, second.Usage.Estimated));
        Assert.Empty((await _runs.CheckpointAsync(run, 1)).Warnings);
    }

    [Fact]
    public async Task Duplicate_start_events_count_once_and_those_of_other_attempts_not()
    {
        var run = await _runs.BeginAsync(Two, mocks: Mocks);
        var start = new RunEvent(RunEventNames.StepStarted, TestRuns.RunId, 1, _runs.Time.GetUtcNow()) { StepId = "a", StepPath = "a", Attempt = 1 };
        await _runs.Feed.AppendAsync(
            run.Identity, [start, start, start with { Attempt = 2 }, start with { RunAttempt = 2 }, start with { StepId = "b", StepPath = "b" }], flush: true, CancellationToken.None);

        var outcome = await FinishAsync(_runs.ExecuteAsync(run, 0));

        Assert.Equal(100 + Estimate, outcome.Usage.InputTokens);
    }

    [Fact]
    public async Task Attempt_that_is_cancelled_before_it_is_executed_again_counts_what_was_lost()
    {
        var run = await _runs.BeginAsync(Two, mocks: Mocks);
        await LoseAsync(Process(), _runs.Call(run, 0));
        await _runs.Control.CancelAsync(run.Identity, 1, "cancel", CancellationToken.None);

        var outcome = await Process().ExecuteAsync(_runs.Call(run, 0), CancellationToken.None);

        Assert.Equal((StepStatus.Cancelled, "cancel"), (outcome.Status, outcome.Reason));
        Assert.Equal((Estimate, true), (outcome.Usage.InputTokens, outcome.Usage.Estimated));
    }

    [Fact]
    public async Task Attempt_that_the_host_ended_in_its_second_turn_counts_what_that_turn_asked()
    {
        var run = await _runs.BeginAsync(
            """{ "steps": [ { "id": "a", "prompt": "{{#if previous}}More than {{previous}}{{else}}Begin{{/if}}", "repeat": { "until": "false", "max": 3 } } ] }""", mocks: Mocks);
        await FinishAsync(_runs.ExecuteAsync(run, 0));
        var ended = new WorkflowError(ErrorKind.Timeout, "The host ended it.");

        var outcome = await Process().ExecuteAsync(_runs.Call(run, 0, attempt: 2) with { Turn = 2, EndedBy = ended }, CancellationToken.None);

        Assert.Equal(ErrorKind.Timeout, outcome.Error!.Kind);
        Assert.Equal(("More than ok".Length + 3) / 4, outcome.Usage.InputTokens);
    }

    [Fact]
    public async Task Attempt_that_is_taken_over_for_the_second_time_counts_both_requests()
    {
        var run = await _runs.BeginAsync(Two, mocks: Mocks);
        await LoseAsync(_runs.MakeExecutor(leased: true), _runs.Call(run, 0), timers: 4);
        await _runs.BeginInLostProcessAsync(run);

        var execution = _runs.MakeExecutor(leased: true).ExecuteAsync(_runs.Call(run, 0), CancellationToken.None);
        await _runs.Time.WhenTimersAsync(1);
        _runs.Time.Advance(AttemptClaims.Lease);
        var outcome = await FinishAsync(execution, timers: 4);

        Assert.Equal(100 + (2 * Estimate), outcome.Usage.InputTokens);
    }

    /// <summary>Reading it for each attempt would not be linear.</summary>
    [Fact]
    public async Task Feed_is_read_once_however_many_steps_a_process_executes()
    {
        var store = new FailingStore();
        var runs = new TestRuns(store);
        var steps = string.Join(", ", Enumerable.Range(0, 20).Select(step => $$"""{ "id": "s{{step}}", "prompt": "x" }"""));
        var run = await runs.BeginAsync($$"""{ "steps": [ {{steps}} ] }""");

        var before = store.LogReads;
        for (var step = 0; step < 20; step++)
        {
            await runs.ExecuteAsync(run, step);
        }

        Assert.Equal(1, store.LogReads - before);
    }

    /// <summary>A store that is away when the feed is to be read: nothing was asked yet, and the attempt is executed again.</summary>
    [Fact]
    public async Task Feed_that_cannot_be_read_is_read_at_the_next_execution()
    {
        var store = new FailingStore();
        var runs = new TestRuns(store);
        var run = await runs.BeginAsync(Two, mocks: """{ "*": [ { "output": "ok", "usage": { "inputTokens": 100, "outputTokens": 1 } } ] }""");
        await runs.Feed.AppendAsync(
            run.Identity, [new RunEvent(RunEventNames.StepStarted, TestRuns.RunId, 1, runs.Time.GetUtcNow()) { StepId = "a", StepPath = "a", Attempt = 1 }], flush: true, CancellationToken.None);
        store.Failures = 1;

        await Assert.ThrowsAsync<ContentStoreException>(() => runs.ExecuteAsync(run, 0));

        Assert.Equal(100 + Estimate, (await runs.ExecuteAsync(run, 0)).Usage.InputTokens);
    }

    /// <summary>What would be another process: it does not see the claims of the others.</summary>
    private StepExecutor Process() => _runs.MakeExecutor(claims: new MemoryContentStore());

    /// <summary>An execution whose request is under way when it ends.</summary>
    /// <param name="timers">The attempt's limit, the model's latency, and a lease's.</param>
    private async Task LoseAsync(StepExecutor executor, ExecuteStepInput call, int timers = 2)
    {
        using var stopping = new CancellationTokenSource();
        var execution = executor.ExecuteAsync(call, stopping.Token);
        await _runs.Time.WhenTimersAsync(timers);
        await stopping.CancelAsync();
        await Assert.ThrowsAnyAsync<OperationCanceledException>(() => execution);
        _runs.Time.Advance(TimeSpan.FromSeconds(1));
    }

    /// <param name="timers">The attempt's limit, the model's latency, and a lease's.</param>
    private async Task<StepOutcome> FinishAsync(Task<StepOutcome> execution, int timers = 2)
    {
        await _runs.Time.WhenTimersAsync(timers);
        _runs.Time.Advance(TimeSpan.FromMilliseconds(500));
        return await execution;
    }

    /// <summary>What the answer costs, and what a lost request.</summary>
    private static async Task<(decimal One, decimal Lost)> PricedAsync()
    {
        var runs = new TestRuns();
        var run = await runs.BeginAsync(
            """{ "steps": [ { "id": "a", "prompt": "x" }, { "id": "b", "prompt": "x" } ] }""",
            mocks: """
                { "a": [ { "output": "ok", "usage": { "inputTokens": 100, "outputTokens": 1 } } ],
                  "b": [ { "output": "ok", "usage": { "inputTokens": 105, "outputTokens": 1 } } ] }
                """);
        var one = (await runs.ExecuteAsync(run, 0)).Usage.EstimatedCost!.Value;
        return (one, (await runs.ExecuteAsync(run, 1)).Usage.EstimatedCost!.Value - one);
    }
}
