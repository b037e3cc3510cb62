using System.Text.Json.Nodes;
using Moq;
using Orchestrator.Activities.Execution;
using Orchestrator.Activities.Feed;
using Orchestrator.Activities.Tests.Runs;
using Orchestrator.Storage;
using Orchestrator.Testing;
using Orchestrator.Workflows.Planning;
using Orchestrator.Workflows.Runs;

namespace Orchestrator.Activities.Tests.Execution;

/// <summary>Events cannot be written while a step executes: its answer must not be lost.</summary>
public sealed class FeedOutageTests
{
    private const string One = """{ "steps": [ { "id": "a", "prompt": "x", "options": { "timeout": 600000 } } ] }""";
    private const string Late = """{ "a": [ { "output": "answer", "latencyMs": 310000 } ] }""";

    private static readonly string[] Whole = [RunEventNames.StepReady, RunEventNames.StepStarted, RunEventNames.StepCompleted];

    private readonly SlowAppendStore _store = new();
    private readonly TestRuns _runs;
    private DateTimeOffset _back;

    public FeedOutageTests() => _runs = new TestRuns(_store);

    [Fact]
    public async Task Answer_after_a_feed_outage_of_five_minutes_is_kept_and_its_events_are_appended()
    {
        var run = await _runs.BeginAsync(One, mocks: Late);

        var outcome = await ExecuteAsync(run, away: TimeSpan.FromSeconds(305));

        Assert.Equal((StepStatus.Completed, null), (outcome.Status, outcome.Error?.Message));
        Assert.Equal("answer", (await _runs.CheckpointAsync(run, 0)).Output!.GetValue<string>());
        Assert.Equal(Whole, await EventsAsync());
    }

    [Fact]
    public async Task Answer_has_its_record_though_the_feed_stays_away_and_the_repeat_answers_from_it()
    {
        var run = await _runs.BeginAsync(One, mocks: Late);

        await Assert.ThrowsAsync<ContentStoreException>(() => ExecuteAsync(run, away: TimeSpan.FromDays(1)));

        Assert.Equal("answer", (await _runs.CheckpointAsync(run, 0)).Output!.GetValue<string>());
        _store.OnAppend = null;
        Assert.Equal(StepStatus.Completed, (await _runs.ExecuteAsync(run, 0)).Status);
    }

    [Fact]
    public async Task Events_of_a_checkpoint_whose_execution_died_are_appended_by_the_next_one()
    {
        var run = await _runs.BeginAsync(One, mocks: """{ "a": [ { "output": "answer" } ] }""");
        _back = DateTimeOffset.MaxValue;
        _store.OnAppend = FailUntilBack;
        await Assert.ThrowsAsync<ContentStoreException>(() => _runs.ExecuteAsync(run, 0));
        _store.OnAppend = null;

        await _runs.ExecuteAsync(run, 0);

        Assert.Equal(Whole, await EventsAsync());
    }

    [Fact]
    public async Task Feed_that_hangs_holds_back_no_record()
    {
        var run = await _runs.BeginAsync(
            """{ "steps": [ { "id": "a", "prompt": "x", "options": { "stream": true } } ] }""", mocks: """{ "a": [ { "output": "answer" } ] }""");
        var feed = new TaskCompletionSource();
        _store.Until = key => key.Value.EndsWith("events-0.jsonl", StringComparison.Ordinal) ? feed.Task : Task.CompletedTask;

        var recorded = new TaskCompletionSource(TaskCreationOptions.RunContinuationsAsynchronously);
        _store.OnCreated = _ => recorded.SetResult();

        var execution = _runs.ExecuteAsync(run, 0);

        await recorded.Task.WaitAsync(TimeSpan.FromMinutes(1));
        Assert.Equal("answer", (await _runs.CheckpointAsync(run, 0)).Output!.GetValue<string>());
        Assert.False(execution.IsCompleted);
        feed.SetResult();
        Assert.Equal(StepStatus.Completed, (await execution).Status);
        Assert.Equal([.. Whole[..2], RunEventNames.StepChunk, Whole[2]], await EventsAsync());
    }

    [Fact]
    public async Task Cache_that_hangs_holds_back_an_answer_for_five_seconds()
    {
        var run = await _runs.BeginAsync("""{ "steps": [ { "id": "a", "prompt": "x", "options": { "cache": true } } ] }""", mocks: null);
        _store.Until = key => key.Value.StartsWith("cache/", StringComparison.Ordinal) ? new TaskCompletionSource().Task : Task.CompletedTask;
        var execution = _runs.ExecuteAsync(run, 0);

        // Two timers: the attempt's limit, and that of the model or the cache.
        while (await Task.WhenAny(execution, _runs.Time.WhenTimersAsync(2)) != execution)
        {
            _runs.Time.AdvanceToNextTimer();
        }

        Assert.Equal((StepStatus.Completed, null), ((await execution).Status, (await execution).Error?.Message));
        Assert.Contains("did not answer within 5 seconds", Assert.Single((await _runs.CheckpointAsync(run, 0)).Warnings), StringComparison.Ordinal);
    }

    /// <summary>The client of a storage account retries a refusal for longer than the write may take.</summary>
    [Fact]
    public async Task Cache_that_refuses_until_the_write_is_given_up_is_reported_with_its_refusal()
    {
        var store = new Mock<IContentStore>();
        store.Setup(s => s.CreateAsync(It.IsAny<ContentKey>(), It.IsAny<ReadOnlyMemory<byte>>(), It.IsAny<CancellationToken>()))
            .Returns(async (ContentKey key, ReadOnlyMemory<byte> _, CancellationToken cancellationToken) =>
            {
                await Task.Delay(Timeout.Infinite, cancellationToken).ConfigureAwait(ConfigureAwaitOptions.SuppressThrowing);
                throw new OperationCanceledException(
                    "given up", new ContentStoreException(key.Value, "The service is failing (500)."), cancellationToken);
            });
        var time = new SteppedTimeProvider();

        var keeping = new AnswerCache(store.Object, time).KeepAsync(new string('a', 64), JsonValue.Create("x"));
        time.Advance(TimeSpan.FromSeconds(5));

        Assert.Equal("The output was not kept for later requests: The service is failing (500).", await keeping);
    }

    private async Task<IEnumerable<string>> EventsAsync() => (await _runs.EventsAsync()).Where(item => item.StepId == "a").Select(item => item.Event);

    private async Task<StepOutcome> ExecuteAsync(PreparedRun run, TimeSpan away)
    {
        _back = _runs.Time.GetUtcNow() + away;
        _store.OnAppend = FailUntilBack;
        var execution = _runs.ExecuteAsync(run, 0);

        // Three timers: the attempt's limit, the answer's, and the next retry of the append.
        for (var tries = 0; tries < 60; tries++)
        {
            await _runs.Time.WhenTimersAsync(3);
            _runs.Time.Advance(TimeSpan.FromSeconds(5));
        }

        while (await Task.WhenAny(execution, _runs.Time.WhenTimersAsync(2)) != execution)
        {
            _runs.Time.AdvanceToNextTimer();
        }

        return await execution;
    }

    private void FailUntilBack()
    {
        if (_runs.Time.GetUtcNow() < _back)
        {
            _store.OnAppend = FailUntilBack;
            throw new ContentStoreException("disk", "The feed is away.");
        }
    }
}
