using Orchestrator.Activities.RunLogs;
using Orchestrator.Activities.Runs;
using Orchestrator.Activities.Tests.Runs;
using Orchestrator.Storage;
using Orchestrator.Workflows.Planning;
using Orchestrator.Workflows.Runs;

namespace Orchestrator.Activities.Tests.Execution;

/// <summary>The events cannot be written while a step works: its answer is worth more than they are.</summary>
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
    public async Task Texts_that_hang_hold_back_no_record()
    {
        var run = await _runs.BeginAsync("""{ "steps": [ { "id": "a", "prompt": "x", "options": { "stream": true } } ] }""", mocks: """{ "a": [ { "output": "answer" } ] }""");
        var (texts, recorded) = (new TaskCompletionSource(), new TaskCompletionSource(TaskCreationOptions.RunContinuationsAsynchronously));
        _store.Until = key =>
        {
            if (key == RunKeys.Log(TestRuns.RunId) && _store.Appends > 3)
            {
                recorded.TrySetResult();
            }

            return key == RunKeys.Texts(TestRuns.RunId) ? texts.Task : Task.CompletedTask;
        };

        var execution = _runs.ExecuteAsync(run, 0);

        await recorded.Task.WaitAsync(TimeSpan.FromMinutes(1));
        Assert.Equal("answer", (await _runs.CheckpointAsync(run, 0)).Output!.GetValue<string>());
        Assert.False(execution.IsCompleted);
        texts.SetResult();
        Assert.Equal(StepStatus.Completed, (await execution).Status);
        Assert.Equal([.. Whole[..2], RunEventNames.StepChunk, Whole[2]], await EventsAsync());
    }

    [Fact]
    public async Task Texts_that_cannot_be_appended_are_left_out()
    {
        var run = await _runs.BeginAsync("""{ "steps": [ { "id": "a", "prompt": "x", "options": { "stream": true } } ] }""", mocks: """{ "a": [ { "output": "answer" } ] }""");
        _store.Until = key => key == RunKeys.Texts(TestRuns.RunId) ? throw new ContentStoreException("disk", "The texts are away.") : Task.CompletedTask;

        Assert.Equal(StepStatus.Completed, (await _runs.ExecuteAsync(run, 0)).Status);
        Assert.Equal(Whole, await EventsAsync());
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
