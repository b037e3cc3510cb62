using Orchestrator.Activities.RunLogs;
using Orchestrator.Activities.Tests.Runs;
using Orchestrator.Workflows.Runs;

namespace Orchestrator.Activities.Tests.Execution;

/// <summary>The wall clock is set while a step executes: the record has the elapsed time.</summary>
public sealed class StepClockTests
{
    private const string Work = """{ "steps": [ { "id": "a", "prompt": "x", "options": { "stepTimeout": 10000 } } ] }""";
    private const string ThreeSeconds = """{ "a": [ { "output": "ok", "latencyMs": 3000 } ] }""";

    private readonly TestRuns _runs = new();

    public static TheoryData<TimeSpan> Jumps() =>
    [
        TimeSpan.FromMinutes(1), -TimeSpan.FromMinutes(1), TimeSpan.FromHours(1), -TimeSpan.FromHours(1), TimeSpan.FromDays(1), -TimeSpan.FromDays(1),
    ];

    [Theory]
    [MemberData(nameof(Jumps))]
    [Trait("Trust", "16")]
    public async Task Duration_is_what_the_work_took(TimeSpan by)
    {
        var run = await _runs.BeginAsync(Work, mocks: ThreeSeconds);
        var execution = _runs.ExecuteAsync(run, 0);
        await _runs.Time.WhenTimersAsync(2);
        _runs.Time.SetClock(by);
        _runs.Time.Advance(TimeSpan.FromSeconds(3));
        var outcome = await execution;

        Assert.Equal(StepStatus.Completed, outcome.Status);
        Assert.Equal(TimeSpan.FromSeconds(3), outcome.CompletedAt - outcome.StartedAt);
        Assert.Equal(3_000, (await _runs.EventsAsync()).Single(item => item.Event == RunEventNames.StepCompleted).DurationMs);
    }

    [Theory]
    [MemberData(nameof(Jumps))]
    [Trait("Trust", "16")]
    public async Task Nothing_of_a_run_is_negative_when_the_clock_is_set_between_its_start_and_its_steps(TimeSpan by)
    {
        var run = await _runs.BeginAsync(Work);
        var call = _runs.Call(run, 0);
        _runs.Time.SetClock(by);
        await _runs.Executor.ExecuteAsync(call, CancellationToken.None);
        await _runs.Lifecycle.EndAsync(await _runs.IdentityAsync(), 1, RunStatus.Completed, null, _runs.Time.GetUtcNow(), CancellationToken.None);

        var document = (await _runs.Reader.FindAsync(TestRuns.RunId, CancellationToken.None))!;
        Assert.True(document.Steps["a"].QueuedMs >= 0);
        Assert.True(document.Steps["a"].DurationMs >= 0);
        Assert.True(document.CompletedAt >= document.StartedAt);
        Assert.True(document.Usage.TotalDurationMs >= 0);
        Assert.True(document.Usage.ParallelEfficiency >= 0);
    }
}
