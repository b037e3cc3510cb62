using Microsoft.Azure.WebJobs.Host;
using Microsoft.Azure.WebJobs.Script.Workers;
using Orchestrator.Activities.Feed;
using Orchestrator.Testing;
using Orchestrator.Workflows.Runs;

namespace Orchestrator.Functions.Tests.Activities;

/// <summary>Activities that fail as the real host lets them fail when it loses its worker, or ends a function for its own limit.</summary>
[Trait("Trust", "2")]
public class WorkerDeathTests
{
    private const string Log = "runs/r1/log-0.jsonl";
    private const string Completed = "\"ended\":\"step.completed\"";
    private const string Record = "runs/r1/run.json";

    private readonly SteppedTimeProvider _time = new(TimeProvider.System.GetUtcNow());
    private readonly TroubledStore _store = new();

    [Theory]
    [InlineData(Log, "")]
    [InlineData(Log, Completed)]
    [InlineData(Log, "step.skipped")]
    [InlineData(Record, "\"completedAt\"")]
    public async Task Activity_whose_worker_died_is_called_again(string key, string content)
    {
        var died = Fail(key, content, times: 2, () => new FunctionInvocationException(
            "Exception while executing function", new WorkerProcessExitException("The worker exited with code 137.")));

        var run = await RunAsync(
            """
            { "options": { "parallelBatchDelay": 0, "onStepFailure": "continue" },
              "steps": [ { "id": "f", "prompt": "1", "options": { "retryCount": 0 } }, { "id": "g", "prompt": "2", "dependsOn": ["f"] },
              { "id": "a", "prompt": "3" } ] }
            """,
            """{ "f": [ { "error": { "kind": "contentFiltered" } } ], "*": [ { "output": "ok", "latencyMs": 100 } ] }""");

        Assert.Equal(0, died());
        Assert.Equal((RunStatus.Failed, ErrorKind.ContentFiltered), (run.Status, run.Error!.Kind));
        Assert.Equal((StepStatus.Completed, 1), (run.Steps["a"].Status, run.Steps["a"].Attempts));
    }

    [Theory]
    [InlineData(Log, "")]
    [InlineData(Log, Completed)]
    [InlineData(Record, "\"completedAt\"")]
    [Trait("Trust", "9")]
    public async Task Activity_that_its_stopping_host_cancelled_is_called_again(string key, string content)
    {
        var failures = new Queue<Exception>(
        [
            new OperationCanceledException("The operation was canceled."),
            new TaskCanceledException("A task was canceled."),
            new FunctionInvocationCanceledException("The invocation request was canceled.", new InvalidOperationException("The host stops.")),
        ]);
        var left = Fail(key, content, times: 3, failures.Dequeue);

        var run = await RunAsync("""{ "steps": [ { "id": "a", "prompt": "1" } ] }""", """{ "a": [ { "output": "ok", "latencyMs": 100 } ] }""");

        Assert.Equal(0, left());
        Assert.Equal((RunStatus.Completed, 1), (run.Status, run.Steps["a"].Attempts));
    }

    [Fact]
    public async Task Cancellation_whose_worker_died_is_called_again()
    {
        var died = Fail("runs/r1/control.json", "timeout", times: 1, () => new WorkerProcessExitException("The worker exited with code 137."));

        var run = await RunAsync(
            """{ "options": { "maxDuration": 1000 }, "steps": [ { "id": "a", "prompt": "1" } ] }""",
            """{ "a": [ { "output": "late", "latencyMs": 60000 } ] }""");

        Assert.Equal(0, died());
        Assert.Equal(RunStatus.TimedOut, run.Status);
    }

    /// <summary>The bound: a step that ends its worker process each time must fail at last.</summary>
    [Fact]
    public async Task Step_of_which_every_worker_dies_fails_in_the_end()
    {
        Fail(Log, Completed, times: int.MaxValue, () => new WorkerProcessExitException("The worker exited with code 137."));

        var run = await RunAsync("""{ "steps": [ { "id": "a", "prompt": "1" } ] }""", """{ "a": [ { "output": "ok" } ] }""");

        Assert.Equal((RunStatus.Failed, ErrorKind.Internal), (run.Status, run.Error!.Kind));
        Assert.Contains("exited with code 137", run.Error.Message, StringComparison.Ordinal);
        Assert.True(_time.GetUtcNow() - TimeProvider.System.GetUtcNow() > TimeSpan.FromMinutes(7));
    }

    [Fact]
    public async Task Limit_of_the_host_is_a_timeout_of_the_attempt_which_the_step_tries_again()
    {
        Fail(Log, Completed, times: 1, () => new FunctionInvocationException(
            "Exception while executing function", new FunctionTimeoutException("Timeout value of 00:05:00 exceeded.")));

        var run = await RunAsync(
            """{ "steps": [ { "id": "a", "prompt": "1" }, { "id": "b", "prompt": "{{a}}", "dependsOn": ["a"] } ] }""",
            """{ "a": [ { "output": "first" }, { "output": "second" } ], "b": [ { "output": "ok" } ] }""");

        Assert.Equal(RunStatus.Completed, run.Status);
        Assert.Equal(2, run.Steps["a"].Attempts);
        Assert.Equal("second", run.Outputs!["a"]!.GetValue<string>());
    }

    [Fact]
    public async Task Limit_of_the_host_is_named_when_the_step_is_not_tried_again()
    {
        Fail(Log, Completed, times: 1, () => new FunctionTimeoutException("Timeout value of 00:05:00 exceeded."));

        var run = await RunAsync(
            """{ "steps": [ { "id": "a", "prompt": "1", "options": { "retryCount": 0 } } ] }""", """{ "a": [ { "output": "first" } ] }""");

        Assert.Equal((RunStatus.Failed, ErrorKind.Timeout), (run.Status, run.Error!.Kind));
        Assert.Equal("attempt", run.Error.Details!["level"]!.GetValue<string>());
        Assert.Contains("functionTimeout in host.json", run.Error.Message, StringComparison.Ordinal);
        Assert.True(run.Steps["a"].Usage.Estimated);
        Assert.True(run.Steps["a"].Usage.InputTokens > 0);
    }

    /// <returns>How many failures are left.</returns>
    private Func<int> Fail(string key, string content, int times, Func<Exception> failure)
    {
        var left = times;
        _store.Before = (at, written) =>
        {
            if (at == key && written.Contains(content, StringComparison.Ordinal) && (content.Length > 0 || written.Length == 0) && left > 0)
            {
                left--;
                throw failure();
            }
        };
        return () => left;
    }

    private async Task<RunDocument> RunAsync(string definition, string mocks)
    {
        await using var host = await AppHost.StartAsync(store: _store, time: _time);
        await host.StartRunAsync("r1", definition, mocks);
        var ended = host.WaitAsync("r1");
        while (await Task.WhenAny(ended, _time.WhenTimersAsync()) != ended)
        {
            _time.AdvanceToNextTimer();
        }

        return await ended;
    }
}
