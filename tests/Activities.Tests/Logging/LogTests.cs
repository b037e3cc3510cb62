using System.Diagnostics;
using Orchestrator.Activities.Tests.Runs;
using Orchestrator.Activities.Tests.Telemetry;
using Orchestrator.Workflows.Runs;

namespace Orchestrator.Activities.Tests.Logging;

public class LogTests
{
    private const string One =
        """{ "steps": [ { "id": "a", "prompt": "Say {{word}}.", "options": { "retry": { "maxAttempts": 2, "firstInterval": 1000 } } } ] }""";

    [Fact]
    public async Task A_run_logs_its_start_its_steps_and_its_end_once_within_its_trace()
    {
        using var log = new HeardLog();
        var runs = new TestRuns(loggers: log);
        using var heard = new HeardSpans(runs.Telemetry);
        var run = await runs.BeginAsync(
            One, """{ "word": "marzipan" }""",
            """{ "a": [ { "error": { "kind": "unavailable", "message": "nougat" } }, { "output": "nougat" } ] }""");
        using var host = new Activity("host").SetIdFormat(ActivityIdFormat.W3C).Start();
        await runs.Lifecycle.BeginAsync(TestRuns.RunId, 1, CancellationToken.None);
        await runs.ExecuteAsync(run, 0);
        await runs.ExecuteAsync(run, 0, attempt: 2);
        await runs.ExecuteAsync(run, 0, attempt: 2);
        runs.Time.Advance(TimeSpan.FromSeconds(3));
        for (var twice = 0; twice < 2; twice++)
        {
            await runs.Lifecycle.EndAsync(run.Identity, 1, RunStatus.Completed, null, null, CancellationToken.None);
        }

        Assert.Equal(
            [
                "1001 Run 'r1' of 'test' starts, attempt 1: 1 steps.",
                "1102 Attempt 1 of step 'a' of run 'r1' failed with Unavailable and is retried.",
                "1101 Step 'a' of run 'r1' ended as Completed after 0 ms, attempt 2.",
                "1002 Run 'r1' of 'test', attempt 1, ended as Completed after 3000 ms.",
            ],
            log.Lines.Select(line => line.Text));
        Assert.Equal(
            [heard.Single("invoke_workflow test").SpanId, heard.Single(
                "attempt 1").SpanId, heard.Single("attempt 2").SpanId, heard.Single("invoke_workflow test").SpanId],
            log.Lines.Select(line => line.Span.SpanId));
        Assert.All(log.Lines, line => Assert.Equal(heard.Single("attempt 1").TraceId, line.Span.TraceId));
        Assert.Equal(4, heard.Ended.Count(span => !span.DisplayName.StartsWith("chat ", StringComparison.Ordinal)));
        Assert.Same(host, Activity.Current);
    }

    [Fact]
    public async Task An_attempt_that_an_upgrade_interrupted_logs_its_end_once()
    {
        using var log = new HeardLog();
        var runs = new TestRuns(loggers: log);
        var run = await runs.BeginAsync(One, """{ "word": "marzipan" }""");
        runs.Time.Advance(TimeSpan.FromSeconds(3));
        await runs.Lifecycle.InterruptAsync(run.Identity, 1, new WorkflowError(ErrorKind.Internal, "x"), CancellationToken.None);
        await runs.Lifecycle.EndAsync(run.Identity, 1, RunStatus.Cancelled, null, null, CancellationToken.None);

        Assert.Equal(
            "1002 Run 'r1' of 'test', attempt 1, ended as Interrupted after 3000 ms.",
            Assert.Single(log.Lines, line => line.Text.StartsWith("1002 ", StringComparison.Ordinal)).Text);
    }
}
