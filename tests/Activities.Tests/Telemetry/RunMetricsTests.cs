using Orchestrator.Activities.Models.Simulated;
using Orchestrator.Activities.Tests.Runs;
using Orchestrator.Storage;
using Orchestrator.Workflows.Mocks;
using Orchestrator.Workflows.Planning;
using Orchestrator.Workflows.Runs;
using Orchestrator.Workflows.Usage;

namespace Orchestrator.Activities.Tests.Telemetry;

public sealed class RunMetricsTests : IDisposable
{
    private const string One =
        """{ "steps": [ { "id": "a", "prompt": "Say {{word}}.", "options": { "retry": { "maxAttempts": 2, "firstInterval": 1000 } } } ] }""";
    private const string Usage = """ "usage": { "inputTokens": 1000, "outputTokens": 2000 } """;

    private readonly TestRuns _runs = new();
    private readonly HeardMetrics _heard;

    public RunMetricsTests() => _heard = new HeardMetrics(_runs.Telemetry);

    public void Dispose() => _heard.Dispose();

    [Fact]
    public async Task A_run_measures_its_steps_calls_tokens_cost_and_times()
    {
        var run = await BeginAsync($$"""{ "a": [ { "output": "ok", "latencyMs": 400, {{Usage}} } ] }""");
        var call = _runs.Call(run, 0);
        _runs.Time.Advance(TimeSpan.FromSeconds(2));
        var executing = _runs.Executor.ExecuteAsync(call, CancellationToken.None);
        await _runs.Time.WhenTimersAsync(2);
        Assert.Equal(["1 type=prompt"], _heard.Of("orchestrator.steps.executing"));
        _runs.Time.Advance(TimeSpan.FromMilliseconds(400));
        await executing;
        await EndAsync(run, RunStatus.Completed);
        await EndAsync(run, RunStatus.Completed);

        Assert.Equal(["1 type=prompt status=completed"], _heard.Of("orchestrator.steps"));
        Assert.Equal(["0.4 type=prompt status=completed"], _heard.Of("orchestrator.step.duration"));
        Assert.Equal(["2 type=prompt"], _heard.Of("orchestrator.step.queue.duration"));
        Assert.Equal(["1 type=prompt", "-1 type=prompt"], _heard.Of("orchestrator.steps.executing"));
        Assert.Equal(["0.0011 model=gpt-6-luna"], _heard.Of("orchestrator.cost"));
        Assert.Equal(["0.4 name=chat name=mock model=gpt-6-luna"], _heard.Of("gen_ai.client.inference.duration"));
        Assert.Equal(["1000 name=chat name=mock model=gpt-6-luna"], _heard.Of("gen_ai.client.inference.usage.input_tokens"));
        Assert.Equal(["2000 name=chat name=mock model=gpt-6-luna"], _heard.Of("gen_ai.client.inference.usage.output_tokens"));
        Assert.Equal(["1 status=completed"], _heard.Of("orchestrator.runs"));
        Assert.Equal(["2.4 status=completed"], _heard.Of("orchestrator.run.duration"));
        Assert.Empty(_heard.Of("orchestrator.step.retries").Concat(_heard.Of("orchestrator.throttles")));
    }

    [Fact]
    public async Task A_retry_and_a_throttle_are_counted_and_the_step_once()
    {
        var run = await BeginAsync("""{ "a": [ { "error": { "kind": "rateLimited" } }, { "output": "second" } ] }""");
        await _runs.ExecuteAsync(run, 0);
        await _runs.ExecuteAsync(run, 0, attempt: 2);

        Assert.Equal(["1 type=prompt type=rateLimited"], _heard.Of("orchestrator.step.retries"));
        Assert.Equal(["1 model=gpt-6-luna"], _heard.Of("orchestrator.throttles"));
        Assert.Equal(["1 type=prompt status=completed"], _heard.Of("orchestrator.steps"));
        Assert.Equal(["0 type=prompt status=failed", "0 type=prompt status=completed"], _heard.Of("orchestrator.step.duration"));
    }

    [Fact]
    public async Task Of_two_executions_of_an_attempt_one_counts_but_both_called_the_model()
    {
        var run = await BeginAsync($$"""{ "a": [ { "output": "ok", "latencyMs": 400, {{Usage}} } ] }""");

        // Each has its own claims, as when the store of the claims was lost.
        var both = Enumerable.Range(0, 2)
            .Select(_ => _runs.MakeExecutor(claims: new MemoryContentStore()).ExecuteAsync(_runs.Call(run, 0), CancellationToken.None)).ToList();
        await _runs.Time.WhenTimersAsync(4);
        _runs.Time.Advance(TimeSpan.FromMilliseconds(400));
        await Task.WhenAll(both);
        await _runs.ExecuteAsync(run, 0);

        Assert.Single(_heard.Of("orchestrator.steps"));
        Assert.Single(_heard.Of("orchestrator.step.duration"));
        Assert.Single(_heard.Of("orchestrator.cost"));
        Assert.Equal(2, _heard.Of("gen_ai.client.inference.duration").Count());
        Assert.Equal(0, _heard.All.Where(item => item.Name == "orchestrator.steps.executing").Sum(item => item.Value));
    }

    [Fact]
    public async Task An_attempt_that_an_upgrade_interrupted_counts_once_also_when_its_run_is_cancelled_then()
    {
        var run = await BeginAsync("{}");
        _runs.Time.Advance(TimeSpan.FromSeconds(2));
        await _runs.Lifecycle.InterruptAsync(run.Identity, 1, new WorkflowError(ErrorKind.Internal, "x"), CancellationToken.None);
        await EndAsync(run, RunStatus.Cancelled);

        Assert.Equal(["1 status=interrupted"], _heard.Of("orchestrator.runs"));
        Assert.Equal(["2 status=interrupted"], _heard.Of("orchestrator.run.duration"));
    }

    [Fact]
    public async Task No_tag_has_an_id_of_a_run_or_a_step()
    {
        var run = await _runs.BeginAsync(One.Replace("\"a\"", "\"thestep\"", StringComparison.Ordinal), """{ "word": "x" }""");
        await _runs.ExecuteAsync(run, 0);
        await EndAsync(run, RunStatus.Failed, new WorkflowError(ErrorKind.Internal, "x"));

        Assert.NotEmpty(_heard.All);
        Assert.DoesNotContain(
            _heard.All,
            item => item.Tags.Contains("thestep", StringComparison.Ordinal) || item.Tags.Contains(TestRuns.RunId, StringComparison.Ordinal));
    }

    [Fact]
    public async Task Without_a_listener_a_step_allocates_nothing_for_telemetry()
    {
        var runs = new TestRuns();
        var run = await runs.BeginAsync(One, """{ "word": "x" }""");
        await runs.ExecuteAsync(run, 0);
        var (call, record) = (runs.Call(run, 0), await runs.CheckpointAsync(run, 0));
        using var client = new SimulatedChatClient(new SimulatedModelOptions(), runs.Time, "m");
        Tell();

        var before = GC.GetAllocatedBytesForCurrentThread();
        Tell();

        Assert.Equal(0, GC.GetAllocatedBytesForCurrentThread() - before);

        void Tell()
        {
            var telemetry = runs.Telemetry;
            using var span = telemetry.Spans.StartAttempt(run, call, record.StartedAt);
            telemetry.Metrics.Working(record.Type, 1);
            telemetry.Metrics.Called(client, "m", default(TokenUsage), null, TimeSpan.Zero);
            telemetry.Metrics.Working(record.Type, -1);
            Assert.True(telemetry.RecordedAsync(run, call, record, span, runs.Checkpoints, CancellationToken.None).IsCompletedSuccessfully);
        }
    }

    private Task<PreparedRun> BeginAsync(string mocks) => _runs.BeginAsync(One, """{ "word": "x" }""", mocks);

    private Task EndAsync(PreparedRun run, RunStatus status, WorkflowError? error = null) =>
        _runs.Lifecycle.EndAsync(run.Identity, run.RunAttempt, status, error, null, CancellationToken.None);
}
