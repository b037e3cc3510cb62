using System.Text;
using Orchestrator.Storage;
using Orchestrator.Workflows.Runs;
using Orchestrator.Workflows.Scheduling;

namespace Orchestrator.Activities.Tests.Runs;

/// <summary>A <c>control.json</c> that cannot be read asks for nothing, fails nothing, and is written anew by the next request.</summary>
public sealed class UnreadableRequestsTests
{
    private const string One = """{ "steps": [ { "id": "a", "prompt": "x", "options": { "timeout": 600000 } } ] }""";
    private const string Late = """{ "a": [ { "output": "late", "latencyMs": 500000 } ] }""";

    private static readonly ContentKey Key = ContentKey.Parse("runs/r1/control.json");

    private readonly TestRuns _runs = new();

    public static TheoryData<string> Bad { get; } =
    [
        "", "null", "{", "[1]", """{ "format": 99 }""", """{ "format": 99, "cancellations": "other" }""", """{ "cancellations": null }""",
        """{ "cancellations": [null] }""", """{ "cancellations": [{ "runAttempt": 1 }] }""", """{ "suspensions": [null] }""",
    ];

    [Theory]
    [MemberData(nameof(Bad))]
    public async Task Step_begins_and_a_later_request_ends_it(string bad)
    {
        var run = await _runs.BeginAsync(One, mocks: Late);
        await PutAsync(bad);

        var execution = _runs.ExecuteAsync(run, 0);
        await _runs.Time.WhenTimersAsync(2);
        await _runs.Control.CancelAsync(run.Identity, 1, StepReason.Cancel, CancellationToken.None);

        Assert.Equal((StepStatus.Cancelled, StepReason.Cancel), await EndAsync(execution));
        Assert.Single((await _runs.Control.ReadAsync(run.Identity, CancellationToken.None)).Cancellations);
    }

    [Theory]
    [MemberData(nameof(Bad))]
    public async Task Deadline_ends_a_step_all_the_same(string bad)
    {
        var run = await _runs.BeginAsync(One, mocks: Late);
        var now = _runs.Time.GetUtcNow();

        var execution = _runs.Executor.ExecuteAsync(
            _runs.Call(run, 0) with { RunDeadline = new RunDeadline(now.AddSeconds(10), now) }, CancellationToken.None);
        await _runs.Time.WhenTimersAsync(3);
        await PutAsync(bad);
        _runs.Time.Advance(TimeSpan.FromSeconds(10));

        Assert.Equal((StepStatus.Cancelled, StepReason.Timeout), await EndAsync(execution));
    }

    private Task PutAsync(string text) => _runs.Store.PutAsync(Key, Encoding.UTF8.GetBytes(text));

    private static async Task<(StepStatus, string?)> EndAsync(Task<StepOutcome> execution)
    {
        var outcome = await execution.WaitAsync(TimeSpan.FromSeconds(30));
        return (outcome.Status, outcome.Reason);
    }
}
