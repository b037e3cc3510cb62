using Orchestrator.Activities.Tests.Runs;
using Orchestrator.Workflows.Planning;
using Orchestrator.Workflows.Runs;
using Orchestrator.Workflows.Scheduling;

namespace Orchestrator.Activities.Tests.Execution;

/// <summary>The run's deadline, kept where the step executes.</summary>
public sealed class StepDeadlineTests
{
    private const string One = """{ "steps": [ { "id": "a", "prompt": "x", "options": { "timeout": 600000 } } ] }""";
    private const string Late = """{ "*": [ { "output": "late", "latencyMs": 500000 } ] }""";

    private readonly TestRuns _runs = new();

    [Fact]
    public async Task Step_is_cancelled_when_the_time_limit_of_its_run_has_passed()
    {
        var run = await _runs.BeginAsync(One, mocks: Late);

        var execution = ExecuteAsync(run, TimeSpan.FromSeconds(10));
        await _runs.Time.WhenTimersAsync(3);
        _runs.Time.Advance(TimeSpan.FromSeconds(10));

        var outcome = await execution;
        Assert.Equal((StepStatus.Cancelled, StepReason.Timeout), (outcome.Status, outcome.Reason));
        Assert.True(outcome.Usage.InputTokens > 0);
    }

    [Fact]
    public async Task Step_that_starts_after_the_deadline_costs_nothing()
    {
        var run = await _runs.BeginAsync(One, mocks: Late);

        var outcome = await ExecuteAsync(run, TimeSpan.FromSeconds(-1));

        Assert.Equal((StepStatus.Cancelled, StepReason.Timeout), (outcome.Status, outcome.Reason));
        Assert.Equal(default, outcome.Usage);
    }

    [Fact]
    public async Task Time_while_the_run_is_suspended_does_not_count()
    {
        var run = await _runs.BeginAsync(One, mocks: Late);

        var execution = ExecuteAsync(run, TimeSpan.FromSeconds(10));
        await _runs.Time.WhenTimersAsync(3);
        _runs.Time.Advance(TimeSpan.FromSeconds(5));
        await _runs.Control.SuspendAsync(await _runs.IdentityAsync(), 1, CancellationToken.None);
        for (var second = 0; second < 60; second++)
        {
            await _runs.Time.WhenTimersAsync(3);
            _runs.Time.Advance(TimeSpan.FromSeconds(1));
        }

        Assert.False(execution.IsCompleted);
        await _runs.Control.ContinueAsync(await _runs.IdentityAsync(), 1, CancellationToken.None);
        var continued = _runs.Time.GetUtcNow();
        while (await Task.WhenAny(execution, _runs.Time.WhenTimersAsync(3)) != execution)
        {
            _runs.Time.AdvanceToNextTimer();
        }

        var outcome = await execution;
        Assert.Equal((StepStatus.Cancelled, StepReason.Timeout), (outcome.Status, outcome.Reason));
        Assert.InRange(outcome.CompletedAt - continued, TimeSpan.FromSeconds(5), TimeSpan.FromSeconds(10));
    }

    [Theory]
    [InlineData(-1, false)]
    [InlineData(1, false)]
    [InlineData(-1, true)]
    [InlineData(1, true)]
    [Trait("Trust", "16")]
    public async Task Clock_that_is_set_before_or_during_a_suspension_changes_nothing(int hours, bool during)
    {
        var run = await _runs.BeginAsync(One, mocks: Late);
        var identity = await _runs.IdentityAsync();
        var execution = ExecuteAsync(run, TimeSpan.FromSeconds(10));
        await _runs.Time.WhenTimersAsync(3);
        _runs.Time.Advance(TimeSpan.FromSeconds(5));
        _runs.Time.SetClock(during ? TimeSpan.Zero : TimeSpan.FromHours(hours));
        await _runs.Control.SuspendAsync(identity, 1, CancellationToken.None);
        _runs.Time.SetClock(during ? TimeSpan.FromHours(hours) : TimeSpan.Zero);
        for (var second = 0; second < 60; second++)
        {
            await _runs.Time.WhenTimersAsync(3);
            _runs.Time.Advance(TimeSpan.FromSeconds(1));
        }

        Assert.False(execution.IsCompleted);
        await _runs.Control.ContinueAsync(identity, 1, CancellationToken.None);
        var continued = _runs.Time.GetTimestamp();
        while (await Task.WhenAny(execution, _runs.Time.WhenTimersAsync(3)) != execution)
        {
            _runs.Time.AdvanceToNextTimer();
        }

        Assert.Equal((StepStatus.Cancelled, StepReason.Timeout), ((await execution).Status, (await execution).Reason));
        Assert.InRange(_runs.Time.GetElapsedTime(continued), TimeSpan.FromSeconds(5), TimeSpan.FromSeconds(10));
    }

    [Fact]
    public async Task Step_whose_failure_cancels_the_run_writes_it_before_it_returns_and_again_when_its_record_is_found()
    {
        var run = await _runs.BeginAsync(
            """{ "options": { "onStepFailure": "cancel" }, "steps": [ { "id": "a", "prompt": "x", "options": { "retryCount": 1 } } ] }""",
            mocks: """{ "a": [ { "error": { "kind": "unavailable" } } ] }""");

        await _runs.ExecuteAsync(run, 0);
        Assert.Empty((await _runs.Control.ReadAsync(await _runs.IdentityAsync(), CancellationToken.None)).Cancellations);
        var last = _runs.Call(run, 0, attempt: 2) with { TurnAttempt = 2 };
        for (var time = 0; time < 2; time++)
        {
            await _runs.Executor.ExecuteAsync(last, CancellationToken.None);

            var cancellation = Assert.Single((await _runs.Control.ReadAsync(await _runs.IdentityAsync(), CancellationToken.None)).Cancellations);
            Assert.Equal((StepReason.Stop, new DecidingStep(0, 2)), (cancellation.Reason, cancellation.DecidedBy));
            await _runs.Store.DeleteAsync(Orchestrator.Storage.ContentKey.Parse("runs/r1/control.json"));
        }
    }

    private Task<StepOutcome> ExecuteAsync(PreparedRun run, TimeSpan left) => _runs.Executor.ExecuteAsync(
        _runs.Call(run, 0) with { RunDeadline = new RunDeadline(_runs.Time.GetUtcNow() + left, _runs.Time.GetUtcNow()) }, CancellationToken.None);
}
