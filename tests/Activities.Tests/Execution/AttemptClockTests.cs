using Orchestrator.Activities.Tests.Runs;
using Orchestrator.Workflows.Runs;

namespace Orchestrator.Activities.Tests.Execution;

/// <summary>The orchestrator lives on another machine, whose clock is ahead of this one.</summary>
public sealed class AttemptClockTests
{
    private const string Work = """{ "steps": [ { "id": "a", "prompt": "x", "options": { "stepTimeout": 10000 } } ] }""";

    private readonly TestRuns _runs = new();

    [Theory]
    [InlineData(60)]
    [InlineData(3_600)]
    [InlineData(86_400)]
    public async Task Pace_and_deadline_of_an_orchestrator_that_lives_ahead_of_this_clock_are_kept(int seconds)
    {
        var run = await _runs.BeginAsync(Work, mocks: """{ "a": [ { "output": "late", "latencyMs": 60000 } ] }""");
        var asked = _runs.Time.GetUtcNow();
        _runs.Time.SetClock(TimeSpan.FromSeconds(-seconds));
        var began = _runs.Time.GetTimestamp();
        var execution = _runs.Executor.ExecuteAsync(
            _runs.Call(run, 0) with
            {
                ReadyAt = asked.AddSeconds(-1),
                AskedAt = asked,
                NotBefore = asked.AddSeconds(2),
                Deadline = asked.AddSeconds(7)
            }, CancellationToken.None);
        while (await Task.WhenAny(execution, _runs.Time.WhenTimersAsync(1)) != execution)
        {
            _runs.Time.AdvanceToNextTimer();
        }

        var outcome = await execution;
        Assert.Equal(ErrorKind.Timeout, outcome.Error!.Kind);
        Assert.Equal(TimeSpan.FromSeconds(7), _runs.Time.GetElapsedTime(began));
        Assert.Equal(asked.AddSeconds(2), outcome.StartedAt);
    }
}
