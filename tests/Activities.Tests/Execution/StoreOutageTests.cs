using System.Runtime.CompilerServices;
using Microsoft.Extensions.AI;
using Orchestrator.Activities.Execution;
using Orchestrator.Activities.Models;
using Orchestrator.Activities.Records;
using Orchestrator.Activities.RunLogs;
using Orchestrator.Activities.Tests.Runs;
using Orchestrator.Storage;
using Orchestrator.Testing.Stores;
using Orchestrator.Workflows.Planning;
using Orchestrator.Workflows.Runs;

namespace Orchestrator.Activities.Tests.Execution;

/// <summary>The store becomes unavailable while a model answers: the answer was paid for and must be recorded.</summary>
public sealed class StoreOutageTests
{
    private const string Plain = """{ "options": { "timeout": 60000 }, "steps": [ { "id": "a", "prompt": "x" } ] }""";
    private const string Cached = """{ "steps": [ { "id": "a", "prompt": "x", "options": { "cache": true } } ] }""";
    private const string Streamed = """{ "steps": [ { "id": "a", "prompt": "x", "options": { "stream": true } } ] }""";

    private readonly FailingStore _store = new();
    private readonly TestRuns _runs;
    private int _asked;

    public StoreOutageTests() => _runs = new TestRuns(_store);

    [Fact]
    public async Task Answer_waits_for_a_store_that_is_away_and_is_paid_for_once()
    {
        var run = await _runs.BeginAsync(Plain, mocks: null);

        var execution = await UntilAwayAsync(run);
        var back = _runs.Time.GetUtcNow().AddSeconds(290);
        await AdvanceAsync(execution, () => _runs.Time.GetUtcNow() >= back);
        Assert.False(execution.IsCompleted);
        _store.Failures = 0;
        await AdvanceAsync(execution, () => false);

        Assert.Equal(StepStatus.Completed, (await execution).Status);
        Assert.Equal("answer", (await _runs.CheckpointAsync(run, 0)).Output!.GetValue<string>());
        Assert.Equal(1, _asked);
        Assert.Contains(await _runs.EventsAsync(), item => item.Event == RunEventNames.StepCompleted);
    }

    [Fact]
    public async Task Answer_is_lost_when_the_store_is_away_for_more_than_five_minutes_and_the_error_says_so()
    {
        var run = await _runs.BeginAsync(Plain, mocks: null);

        var execution = await UntilAwayAsync(run);
        await AdvanceAsync(execution, () => false);

        var exception = await Assert.ThrowsAsync<AttemptLostException>(() => execution);
        Assert.Equal(("a", 1), (exception.StepId, exception.Attempt));
        Assert.StartsWith("it was worked on, but its record could not be written", exception.Message, StringComparison.Ordinal);
    }

    [Fact]
    public async Task Store_that_is_away_before_the_model_is_asked_costs_nothing()
    {
        var run = await _runs.BeginAsync(Plain, mocks: null);
        _store.Failures = int.MaxValue;

        await Assert.ThrowsAsync<ContentStoreException>(() => Executor(0).ExecuteAsync(_runs.Call(run, 0), CancellationToken.None));

        Assert.Equal(0, _asked);
    }

    [Fact]
    public async Task Answer_that_cannot_be_cached_still_completes_the_step()
    {
        var run = await _runs.BeginAsync(Cached, mocks: null);

        var outcome = await Executor(failures: 1).ExecuteAsync(_runs.Call(run, 0), CancellationToken.None);

        Assert.Equal(StepStatus.Completed, outcome.Status);
        Assert.Contains(
            "The output was not kept for later requests", Assert.Single((await _runs.CheckpointAsync(run, 0)).Warnings), StringComparison.Ordinal);
    }

    [Fact]
    public async Task Pieces_that_cannot_be_shown_while_they_are_written_are_shown_with_the_answer()
    {
        var run = await _runs.BeginAsync(Streamed, mocks: null);

        var outcome = await Executor(failures: 1).ExecuteAsync(_runs.Call(run, 0), CancellationToken.None);

        Assert.Equal(StepStatus.Completed, outcome.Status);
        Assert.Equal([RunEventNames.StepChunk, RunEventNames.StepCompleted], (await _runs.EventsAsync()).Select(item => item.Event).TakeLast(2));
    }

    [Fact]
    public async Task Follower_of_events_goes_on_when_the_store_is_back()
    {
        await _runs.BeginAsync(Plain, mocks: null);
        await using var events = _runs.Feed.FollowAsync(await _runs.IdentityAsync(), withTexts: true, CancellationToken.None).GetAsyncEnumerator();
        Assert.True(await events.MoveNextAsync());
        var next = events.MoveNextAsync().AsTask();

        _store.Failures = 2;
        while (_store.Failures > 0)
        {
            await _runs.Time.WhenTimersAsync(1);
            _runs.Time.AdvanceToNextTimer();
        }

        await _runs.Lifecycle.EndAsync(await _runs.IdentityAsync(), 1, RunStatus.Cancelled, null, null, CancellationToken.None);
        Assert.True(await next.WaitAsync(TimeSpan.FromMinutes(1)));
        Assert.Equal(RunEventNames.RunCancelled, events.Current.Event);
    }

    [Fact]
    public async Task Claim_that_cannot_be_released_does_not_hide_how_the_attempt_ended()
    {
        var run = await _runs.BeginAsync(Plain, mocks: null);
        var claims = new FailingStore();

        var outcome = await _runs.MakeExecutor(new Model(() => claims.Failures = 1), claims).ExecuteAsync(_runs.Call(run, 0), CancellationToken.None);

        Assert.Equal((StepStatus.Completed, 0), (outcome.Status, claims.Failures));
    }

    /// <summary>What <c>until</c> names is read before the model is asked.</summary>
    [Fact]
    [Trait("Trust", "9")]
    public async Task Record_of_another_step_that_is_damaged_while_a_repeated_step_works_costs_no_answer()
    {
        var run = await BeginRepeatedAsync();
        var model = new Model(() => DamageAsync().GetAwaiter().GetResult());

        var outcome = await _runs.MakeExecutor(model).ExecuteAsync(_runs.Call(run, 1), CancellationToken.None);

        Assert.Equal((StepStatus.Completed, true), (outcome.Status, outcome.Again));
        Assert.Equal("answer", (await _runs.CheckpointAsync(run, 1)).Output!.GetValue<string>());
    }

    [Fact]
    public async Task Record_that_until_needs_and_that_cannot_be_read_is_found_out_before_the_model_is_asked()
    {
        var run = await BeginRepeatedAsync();
        await DamageAsync();

        var otherProcess = _runs.MakeExecutor(new Model(() => _asked++), claims: new MemoryContentStore());
        await Assert.ThrowsAsync<UnreadableRecordException>(() => otherProcess.ExecuteAsync(_runs.Call(run, 1), CancellationToken.None));

        Assert.Equal(0, _asked);
        Assert.DoesNotContain(await _runs.EventsAsync(), item => item is { StepId: "b", Event: RunEventNames.StepStarted });
    }

    private async Task<PreparedRun> BeginRepeatedAsync()
    {
        var run = await _runs.BeginAsync(
            """{ "steps": [ { "id": "a", "prompt": "x" }, { "id": "b", "prompt": "y", "dependsOn": ["a"],""" +
            """ "repeat": { "until": "contains(a, 'zzzz')", "max": 2 } } ] }""",
            mocks: null);
        await Executor(0).ExecuteAsync(_runs.Call(run, 0), CancellationToken.None);
        _asked = 0;
        return run;
    }

    private Task DamageAsync() => _runs.DamageCheckpointAsync("a");

    /// <summary>An execution whose model has answered, and whose record could not be written yet.</summary>
    private async Task<Task<StepOutcome>> UntilAwayAsync(PreparedRun run)
    {
        var failed = new TaskCompletionSource(TaskCreationOptions.RunContinuationsAsynchronously);
        _store.OnOperation = _ =>
        {
            if (_store.Failures > 0)
            {
                failed.TrySetResult();
            }
        };
        var execution = Executor(failures: int.MaxValue).ExecuteAsync(_runs.Call(run, 0), CancellationToken.None);
        await failed.Task;
        return execution;
    }

    private async Task AdvanceAsync(Task execution, Func<bool> isEnough)
    {
        while (!isEnough() && await Task.WhenAny(execution, _runs.Time.WhenTimersAsync(1)) != execution)
        {
            _runs.Time.AdvanceToNextTimer();
        }
    }

    /// <param name="failures">How many operations fail from the moment at which the model is asked.</param>
    private StepExecutor Executor(int failures) => _runs.MakeExecutor(new Model(() =>
    {
        _asked++;
        _store.Failures = failures;
    }));

    private sealed class Model(Action onAsked) : IChatClientFactory, IChatClient
    {
        public IChatClient Create(string model) => this;

        public bool IsSimulated(string model) => false;

        public Task<ChatResponse> GetResponseAsync(
            IEnumerable<ChatMessage> messages, ChatOptions? options = null, CancellationToken cancellationToken = default) =>
            GetStreamingResponseAsync(messages, options, cancellationToken).ToChatResponseAsync(cancellationToken);

        public async IAsyncEnumerable<ChatResponseUpdate> GetStreamingResponseAsync(
            IEnumerable<ChatMessage> messages, ChatOptions? options = null, [EnumeratorCancellation] CancellationToken cancellationToken = default)
        {
            onAsked();
            yield return new ChatResponseUpdate(ChatRole.Assistant, "answer");
            await Task.CompletedTask;
        }

        public object? GetService(Type serviceType, object? serviceKey = null) => null;

        public void Dispose()
        {
        }
    }
}
