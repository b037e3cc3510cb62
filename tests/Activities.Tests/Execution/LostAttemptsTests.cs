using Moq;
using Orchestrator.Activities.Checkpoints;
using Orchestrator.Activities.RunLogs;
using Orchestrator.Activities.Tests.Runs;
using Orchestrator.Storage;
using Orchestrator.Workflows.Planning;
using Orchestrator.Workflows.Runs;

namespace Orchestrator.Activities.Tests.Execution;

/// <summary>How long a lost attempt lasted: from the start of its last execution to the last sign of life of its process.</summary>
[Trait("Trust", "2")]
public sealed class LostAttemptsTests
{
    private const string Definition = """
        { "steps": [ { "id": "a", "prompt": "x" }, { "id": "b", "prompt": "x" }, { "id": "c", "prompt": "x" } ] }
        """;

    private readonly TestRuns _runs = new();
    private PreparedRun _run = null!;
    private DateTimeOffset _start;

    [Fact]
    public async Task Attempt_ends_with_the_last_event_that_the_only_process_appended()
    {
        await BeginAsync();
        await AppendAsync(
            Event(RunEventNames.StepStarted, "a", 0), Event(RunEventNames.StepStarted, "b", 1), Event(RunEventNames.StepChunk, "b", 4),
            Event(RunEventNames.StepStarted, "c", 4), Event(RunEventNames.StepCompleted, "c", 6));

        await RecordAsync();

        Assert.Equal((0, 6), await TimesAsync("a"));
        Assert.Equal((1, 6), await TimesAsync("b"));
    }

    [Fact]
    public async Task Time_between_two_processes_counts_for_neither_execution()
    {
        await BeginAsync();
        await AppendAsync(
            Event(RunEventNames.StepStarted, "a", 0), Event(RunEventNames.StepStarted, "b", 1), Event(RunEventNames.StepChunk, "a", 3),
            Event(RunEventNames.StepStarted, "a", 1000), Event(RunEventNames.StepChunk, "a", 1002), Event(RunEventNames.StepStarted, "a", 0));

        await RecordAsync();

        Assert.Equal((1000, 1002), await TimesAsync("a"));
        Assert.Equal((1, 3), await TimesAsync("b"));
        Assert.Contains("2 requests of", Assert.Single((await RecordOfAsync("a")).Warnings), StringComparison.Ordinal);
    }

    /// <summary>Where several processes work on a run, the events of other steps say nothing about the process of this one.</summary>
    [Fact]
    public async Task Attempt_in_a_shared_store_ends_with_its_own_last_event_or_the_last_renewal_of_its_claim()
    {
        await BeginAsync();
        await AppendAsync(
            Event(RunEventNames.StepStarted, "a", 0), Event(RunEventNames.StepStarted, "b", 1), Event(RunEventNames.StepChunk, "b", 2),
            Event(RunEventNames.StepStarted, "c", 3), Event(RunEventNames.StepCompleted, "c", 50));
        var claim = ContentKey.Parse($"runs/r1/claims/a/1-1-{_run.Plan.Stamp}.json");
        var claims = new Mock<IContentStore>();
        claims.Setup(store => store.GetAsync(claim, It.IsAny<CancellationToken>()))
            .ReturnsAsync(() => new StoredContent("{}"u8.ToArray(), "1", _runs.Time.GetUtcNow() - _start - TimeSpan.FromSeconds(20)));

        await RecordAsync(claims.Object);

        Assert.Equal((0, 20), await TimesAsync("a"));
        Assert.Equal((1, 2), await TimesAsync("b"));
    }

    [Fact]
    public async Task Run_that_no_process_drives_lasted_until_its_last_event()
    {
        await BeginAsync();
        await AppendAsync(Event(RunEventNames.StepStarted, "a", 0), Event(RunEventNames.StepChunk, "a", 5));
        _runs.Time.Advance(TimeSpan.FromHours(1));

        var driven = await _runs.Reader.FindAsync("r1", CancellationToken.None);
        var lost = await _runs.Reader.FindAsync("r1", run => Task.FromResult(run with { Status = RunStatus.Interrupted }), CancellationToken.None);

        Assert.Equal((3_600_000, 5_000), (driven!.Usage.TotalDurationMs, lost!.Usage.TotalDurationMs));
    }

    /// <summary>A run whose steps wait for a slot has events of its own only.</summary>
    [Fact]
    public async Task Attempt_of_which_no_step_began_lasted_until_its_last_event()
    {
        await BeginAsync();
        await AppendAsync(
            new RunEvent(RunEventNames.RunStarted, TestRuns.RunId, 1, _start.AddSeconds(2)),
            new RunEvent(RunEventNames.RunStarted, TestRuns.RunId, 2, _start.AddSeconds(9)));
        var record = (await _runs.Runs.FindAsync(TestRuns.RunId, CancellationToken.None))!;

        Assert.Equal(_start.AddSeconds(2), await _runs.MakeLostAttempts(null).LastSignAsync(record, CancellationToken.None));
    }

    private async Task BeginAsync()
    {
        _run = await _runs.BeginAsync(Definition);
        _start = _runs.Time.GetUtcNow();
    }

    private async Task AppendAsync(params RunEvent[] events) => await _runs.Feed.AppendAsync(_run.Identity, events, flush: true, CancellationToken.None);

    private RunEvent Event(string name, string step, int seconds) =>
        new(name, TestRuns.RunId, 1, _start.AddSeconds(seconds)) { StepId = step, StepPath = step, Attempt = 1 };

    /// <summary>Records the lost attempts a day later.</summary>
    private async Task RecordAsync(IContentStore? claims = null)
    {
        _runs.Time.Advance(TimeSpan.FromDays(1));
        var record = await _runs.Runs.FindAsync(TestRuns.RunId, CancellationToken.None);
        await _runs.MakeLostAttempts(claims).RecordAsync(record!, CancellationToken.None);
    }

    private async Task<StepCheckpoint> RecordOfAsync(string step) =>
        (await _runs.Checkpoints.FindAsync(_run.Identity, step, 1, 1, CancellationToken.None))!;

    private async Task<(int From, int To)> TimesAsync(string step)
    {
        var record = await RecordOfAsync(step);
        return ((int)(record.StartedAt - _start).TotalSeconds, (int)(record.CompletedAt - _start).TotalSeconds);
    }
}
