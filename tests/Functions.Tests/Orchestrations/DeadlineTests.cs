using Orchestrator.Testing;
using Orchestrator.Workflows.Runs;

namespace Orchestrator.Functions.Tests.Orchestrations;

/// <summary>Runs with more steps than the host executes at one time, which are to end before they are done.</summary>
[Trait("Trust", "8")]
public class DeadlineTests
{
    /// <summary>Of the test, in real time: a run that waits for the fake clock never ends.</summary>
    private static readonly TimeSpan Patience = TimeSpan.FromSeconds(30);

    private readonly SteppedTimeProvider _time = new(new DateTimeOffset(2026, 1, 1, 0, 0, 0, TimeSpan.Zero));

    [Fact]
    public async Task Wide_run_is_over_when_its_time_is_however_few_steps_the_host_executes_at_once()
    {
        await using var host = await AppHost.StartAsync(time: _time, activityTime: _time);
        await StartAsync(host, """{ "maxParallelism": 200, "maxDuration": 1000, "parallelBatchDelay": 0 }""", "");
        await _time.WhenTimersAsync(2);
        _time.Advance(TimeSpan.FromSeconds(1));
        var run = await host.WaitAsync("r1").WaitAsync(Patience);

        Assert.Equal(RunStatus.TimedOut, run.Status);
        Assert.All(run.Steps.Values, step => Assert.Equal((StepStatus.Cancelled, "timeout"), (step.Status, step.Reason)));
    }

    [Fact]
    public async Task Failure_that_cancels_the_run_does_not_queue_behind_the_steps_that_it_cancels()
    {
        await using var host = await AppHost.StartAsync(time: _time, activityTime: _time);
        await StartAsync(
            host, """{ "maxParallelism": 200, "onStepFailure": "cancel", "parallelBatchDelay": 0 }""",
            """{ "id": "bad", "type": "tool", "tool": "fail", "input": { "kind": "toolFailed", "message": "no" },""" +
            """ "options": { "retryCount": 0 } },""");
        var run = await host.WaitAsync("r1").WaitAsync(Patience);

        Assert.Equal((RunStatus.Failed, "bad"), (run.Status, run.Error!.Step));
        Assert.DoesNotContain(run.Steps.Values, step => step.Status == StepStatus.Completed);
    }

    private static Task StartAsync(AppHost host, string options, string first)
    {
        var steps = string.Join(
            ",", Enumerable.Range(0, 150).Select(step => $$"""{ "id": "s{{step}}", "type": "tool", "tool": "delay", "input": { "ms": 20000 } }"""));
        return host.StartRunAsync("r1", $$"""{ "options": {{options}}, "steps": [ {{first}} {{steps}} ] }""", "{}");
    }
}
