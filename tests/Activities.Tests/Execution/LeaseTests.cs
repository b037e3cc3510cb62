using System.Text;
using Orchestrator.Activities.Execution;
using Orchestrator.Activities.RunLogs;
using Orchestrator.Activities.Tests.Runs;
using Orchestrator.Storage;
using Orchestrator.Testing.Stores;
using Orchestrator.Workflows.Planning;
using Orchestrator.Workflows.Runs;

namespace Orchestrator.Activities.Tests.Execution;

/// <summary>Claims that can outlive their process: over a store that several workers share.</summary>
public sealed class LeaseTests
{
    private const string Slow = """{ "steps": [ { "id": "a", "prompt": "Say a word or two.", "options": { "timeout": 600000 } } ] }""";

    private static ContentKey Key(PreparedRun run) => ContentKey.Parse($"runs/r1/claims/a/1-1-{run.Plan.Stamp}.json");

    private readonly TestRuns _runs = new();
    private readonly FailingStore _claims = new();

    [Fact]
    public async Task Claim_is_renewed_while_the_work_lasts_and_a_waiting_execution_returns_the_checkpoint()
    {
        var run = await _runs.BeginAsync(Slow, mocks: """{ "a": [ { "output": "late", "latencyMs": 120000 } ] }""");

        var first = Worker().ExecuteAsync(_runs.Call(run, 0), CancellationToken.None);
        await _runs.Time.WhenTimersAsync(4); // the claim's two, the attempt's limit, the model's latency
        var second = Worker().ExecuteAsync(_runs.Call(run, 0), CancellationToken.None);
        await _runs.Time.WhenTimersAsync(5);
        Assert.Null(await _claims.GetAsync(Key(run)));
        _runs.Time.Advance(TimeSpan.FromSeconds(119));
        Assert.False(first.IsCompleted || second.IsCompleted);
        Assert.NotNull(await _claims.GetAsync(Key(run)));
        _runs.Time.Advance(TimeSpan.FromSeconds(1));
        await first;
        _runs.Time.Advance(TimeSpan.FromSeconds(2));

        Assert.Equal(await first, await second);
        Assert.Null(await _claims.GetAsync(Key(run)));
    }

    [Fact]
    public async Task Claim_of_a_worker_that_is_gone_is_taken_over_after_its_lease_and_its_input_counts_as_an_estimate()
    {
        var run = await _runs.BeginAsync(Slow, mocks: """{ "a": [ { "output": "ok", "usage": { "inputTokens": 100, "outputTokens": 1 } } ] }""");
        await _runs.BeginInLostProcessAsync(run);
        var begun = _runs.Time.GetUtcNow();

        var execution = Worker().ExecuteAsync(_runs.Call(run, 0), CancellationToken.None);
        await _runs.Time.WhenTimersAsync();
        _runs.Time.Advance(TimeSpan.FromSeconds(29));
        Assert.False(execution.IsCompleted);
        _runs.Time.Advance(TimeSpan.FromSeconds(1));

        var outcome = await execution;
        Assert.Equal(StepStatus.Completed, outcome.Status);
        Assert.Equal(TimeSpan.FromSeconds(30), outcome.StartedAt - begun);
        Assert.True(outcome.Usage.Estimated);
        Assert.Equal(100 + ("Say a word or two.".Length + 3) / 4, outcome.Usage.InputTokens);
    }

    [Theory]
    [InlineData(true)]
    [InlineData(false)]
    public async Task Claim_that_the_store_says_is_old_is_taken_over_at_the_first_look(bool wasRenewed)
    {
        var runs = new TestRuns(_claims);
        var run = await runs.BeginAsync(Slow, mocks: """{ "a": [ { "output": "ok" } ] }""");
        await runs.BeginInLostProcessAsync(run);
        await (wasRenewed ? _claims.CreateAsync(Key(run), Encoding.UTF8.GetBytes("""{"owner":"gone","number":1}""")) : Task.CompletedTask);
        _claims.Age = TimeSpan.FromSeconds(45);

        var outcome = await runs.MakeExecutor(claims: _claims, leased: true).ExecuteAsync(runs.Call(run, 0), CancellationToken.None);

        Assert.Equal(StepStatus.Completed, outcome.Status);
        Assert.True(outcome.Usage.Estimated);
    }

    [Fact]
    public async Task Claim_that_the_store_says_is_younger_than_its_lease_and_the_error_of_clocks_is_watched()
    {
        var run = await _runs.BeginAsync(Slow, mocks: """{ "a": [ { "output": "ok" } ] }""");
        await _runs.BeginInLostProcessAsync(run);
        await _claims.CreateAsync(Key(run), Encoding.UTF8.GetBytes("""{"owner":"alive","number":1}"""));
        _claims.Age = TimeSpan.FromSeconds(44);

        var execution = Worker().ExecuteAsync(_runs.Call(run, 0), CancellationToken.None);
        await _runs.Time.WhenTimersAsync();
        Assert.False(execution.IsCompleted);
        _claims.Age = TimeSpan.FromSeconds(46);
        _runs.Time.Advance(AttemptClaims.PollInterval);

        Assert.Equal(StepStatus.Completed, (await execution).Status);
    }

    [Fact]
    public async Task Owner_that_cannot_renew_aborts_its_request_before_the_claim_can_be_taken_over()
    {
        var run = await _runs.BeginAsync(Slow, mocks: """{ "a": [ { "output": "late", "latencyMs": 500000 } ] }""");

        var execution = Worker().ExecuteAsync(_runs.Call(run, 0), CancellationToken.None);
        await _runs.Time.WhenTimersAsync(4);
        _claims.Failures = int.MaxValue;
        _runs.Time.Advance(TimeSpan.FromSeconds(25));
        await AdvanceAsync(execution);

        await Assert.ThrowsAsync<ContentStoreException>(() => execution);
        Assert.Null(await _runs.Checkpoints.FindAsync(await _runs.IdentityAsync(), "a", 1, 1, CancellationToken.None));
    }

    [Fact]
    public async Task Claim_that_was_taken_over_is_not_released_by_its_former_owner()
    {
        var run = await _runs.BeginAsync(Slow, mocks: """{ "a": [ { "output": "late", "latencyMs": 5000 } ] }""");

        var execution = Worker().ExecuteAsync(_runs.Call(run, 0), CancellationToken.None);
        await _runs.Time.WhenTimersAsync(4);
        await _claims.PutAsync(Key(run), Encoding.UTF8.GetBytes("""{"owner":"another","number":1}"""));
        _runs.Time.Advance(TimeSpan.FromSeconds(5));

        // The answer was complete, so its record is written; the claim stays.
        Assert.Equal(StepStatus.Completed, (await execution).Status);
        Assert.NotNull(await _claims.GetAsync(Key(run)));
    }

    [Fact]
    public async Task Claim_of_a_worker_that_stops_is_free_at_once_and_its_request_counts()
    {
        var run = await _runs.BeginAsync(
            Slow, mocks: """{ "a": [ { "output": "ok", "latencyMs": 5000, "usage": { "inputTokens": 100, "outputTokens": 1 } } ] }""");
        using var stopping = new CancellationTokenSource();
        var stopped = Worker().ExecuteAsync(_runs.Call(run, 0), stopping.Token);
        await _runs.Time.WhenTimersAsync(4);
        await stopping.CancelAsync();
        await Assert.ThrowsAnyAsync<OperationCanceledException>(() => stopped);

        var execution = Worker().ExecuteAsync(_runs.Call(run, 0) with { Call = 2 }, CancellationToken.None);
        await _runs.Time.WhenTimersAsync(4);
        _runs.Time.Advance(TimeSpan.FromSeconds(5));

        Assert.Equal(100 + ("Say a word or two.".Length + 3) / 4, (await execution).Usage.InputTokens);
        Assert.Equal(2, (await _runs.EventsAsync()).Count(item => item.Event == RunEventNames.StepStarted));
    }

    /// <summary>Both workers knew of no claim when they began; the log says who was first.</summary>
    [Fact]
    public async Task Of_two_workers_that_begin_at_the_same_time_one_works_and_the_other_returns_its_checkpoint()
    {
        var run = await _runs.BeginAsync(
            """{ "steps": [ { "id": "a", "prompt": "x" }, { "id": "b", "prompt": "x" } ] }""", mocks: """{ "a": [ { "output": "ok", "latencyMs": 5000 } ] }""");
        var (one, other) = (Worker(), Worker());
        await other.ExecuteAsync(_runs.Call(run, 1), CancellationToken.None);

        var both = new[] { one.ExecuteAsync(_runs.Call(run, 0), CancellationToken.None), other.ExecuteAsync(_runs.Call(run, 0), CancellationToken.None) };
        await _runs.Time.WhenTimersAsync(5); // the owner's four, and the wait of the other one
        var outcomes = Task.WhenAll(both);
        await AdvanceAsync(outcomes);

        Assert.Equal(await both[0], await both[1]);
        Assert.Equal((StepStatus.Completed, false), ((await both[0]).Status, (await both[0]).Usage.Estimated));
        Assert.Single(await _runs.EventsAsync(), item => item is { Event: RunEventNames.StepStarted, StepPath: "a" });
    }

    [Theory]
    [InlineData(true)]
    [InlineData(false)]
    public async Task Claim_of_a_deleted_run_holds_back_no_later_run_of_its_id(bool leased)
    {
        var gone = await _runs.BeginAsync(Slow, mocks: """{ "a": [ { "output": "late", "latencyMs": 120000 } ] }""");
        var late = _runs.MakeExecutor(leased: leased).ExecuteAsync(_runs.Call(gone, 0), CancellationToken.None);
        await _runs.Time.WhenTimersAsync(leased ? 4 : 2);
        await _runs.Store.DeleteAsync(ContentPrefix.Under("runs", "r1"));
        var run = await _runs.BeginAsync(Slow, mocks: """{ "a": [ { "output": "ok", "usage": { "inputTokens": 100, "outputTokens": 1 } } ] }""");

        var outcome = await _runs.MakeExecutor(leased: leased).ExecuteAsync(_runs.Call(run, 0), CancellationToken.None)
            .WaitAsync(TimeSpan.FromMinutes(1));

        Assert.Equal((StepStatus.Completed, false, 100), (outcome.Status, outcome.Usage.Estimated, outcome.Usage.InputTokens));
        await AdvanceAsync(late);
        Assert.Equal(StepStatus.Cancelled, (await late).Status);
    }

    private StepExecutor Worker() => _runs.MakeExecutor(claims: _claims, leased: true);

    private async Task AdvanceAsync(Task work)
    {
        while (await Task.WhenAny(work, _runs.Time.WhenTimersAsync(1)) != work)
        {
            _runs.Time.AdvanceToNextTimer();
        }
    }
}
