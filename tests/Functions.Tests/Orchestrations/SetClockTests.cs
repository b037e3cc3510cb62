using Orchestrator.Activities.Feed;
using Orchestrator.Activities.Models;
using Orchestrator.LocalHost.History;
using Orchestrator.Testing;
using Orchestrator.Workflows.Runs;

namespace Orchestrator.Functions.Tests.Orchestrations;

/// <summary>The machine's clock is set, in either direction, at every phase of a run: it ends in the same way after the same time.</summary>
public sealed class SetClockTests
{
    private const string Definition = """
        { "options": { "maxDuration": 15000 }, "steps": [ { "id": "a", "prompt": "x", "options": { "stepTimeout": 12000, "retryCount": 1 } } ] }
        """;

    private static readonly string[] Phases = ["start", "first attempt", "retry wait", "second attempt"];

    private readonly SteppedTimeProvider _machine = new();
    private readonly HeldModels _models = new();

    public static TheoryData<string, TimeSpan> Jumps()
    {
        var jumps = new TheoryData<string, TimeSpan>();
        foreach (var phase in Phases)
        {
            foreach (var length in new[] { TimeSpan.FromMinutes(1), TimeSpan.FromHours(1), TimeSpan.FromDays(1) })
            {
                jumps.Add(phase, length);
                jumps.Add(phase, -length);
            }
        }

        return jumps;
    }

    [Theory]
    [MemberData(nameof(Jumps))]
    public async Task Run_ends_in_the_same_way_after_the_same_time(string phase, TimeSpan by)
    {
        await using var app = await TimedHost.StartAsync(_machine, _models, lanes: 8);
        await app.StartRunAsync(Definition);
        JumpAt("start");
        var first = await _models.NextAsync();
        JumpAt("first attempt");
        _machine.Advance(TimeSpan.FromSeconds(2));
        first.SetException(new ModelException(new WorkflowError(ErrorKind.RateLimited, "Later.") { Retryable = true, RetryAfterMs = 4_000 }));
        await app.WhenTimersCreatedAsync(2); // the run's time and the retry
        await _machine.WhenTimersAsync(2);
        JumpAt("retry wait");
        _machine.Advance(TimeSpan.FromSeconds(4));
        var second = await _models.NextAsync();
        JumpAt("second attempt");
        _machine.Advance(TimeSpan.FromSeconds(3));
        second.SetResult("answer");
        var run = await app.EndAsync();

        Assert.Equal(RunStatus.Completed, run.Status);
        var step = run.Steps["a"];
        Assert.Equal((2, 5_000.0, 0.0), (step.Attempts, step.DurationMs, step.QueuedMs));
        Assert.Equal(9_000, run.Usage.TotalDurationMs);
        Assert.Equal(5_000, run.Usage.WorkMs);
        Assert.Equal(0.556, run.Usage.ParallelEfficiency);
        Assert.True(run.StartedAt >= run.CreatedAt);

        void JumpAt(string here)
        {
            if (here == phase)
            {
                _machine.SetClock(by);
            }
        }
    }

    /// <summary>The clock is moved to the end itself: code that a timer wakes then reads that time, however late a busy machine runs it.</summary>
    [Theory]
    [InlineData(-86_400)]
    [InlineData(86_400)]
    public async Task Step_is_timed_out_after_its_own_time(int seconds)
    {
        var run = await EndedAfterAsync(Definition, seconds, 12_000);
        Assert.Equal(RunStatus.Failed, run.Status);
        Assert.Equal("step", run.Error!.Details!["level"]!.GetValue<string>());
        Assert.Equal(12_000, run.Steps["a"].DurationMs);
    }

    [Theory]
    [InlineData(-86_400)]
    [InlineData(86_400)]
    public async Task Run_is_timed_out_after_its_own_time(int seconds)
    {
        var run = await EndedAfterAsync("""{ "options": { "maxDuration": 15000 }, "steps": [ { "id": "a", "prompt": "x" } ] }""", seconds, 15_000);
        Assert.Equal(RunStatus.TimedOut, run.Status);
        Assert.Equal(15_000, run.Steps["a"].DurationMs);
    }

    private async Task<RunDocument> EndedAfterAsync(string definition, int seconds, int milliseconds)
    {
        await using var app = await TimedHost.StartAsync(_machine, _models, lanes: 8);
        await app.StartRunAsync(definition);
        await _models.NextAsync();
        _machine.SetClock(TimeSpan.FromSeconds(seconds));
        _machine.Advance(TimeSpan.FromMilliseconds(milliseconds - 1));
        Assert.Equal(0, await app.ReadHistoryAsync().OfType<TimerFired>().CountAsync());
        Assert.Equal(RunStatus.Running, (await app.FindAsync()).Status);
        _machine.Advance(TimeSpan.FromMilliseconds(1));
        return await app.EndAsync();
    }
}
