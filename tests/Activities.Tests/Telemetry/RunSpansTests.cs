using System.Diagnostics;
using Orchestrator.Activities.Execution;
using Orchestrator.Activities.Runs;
using Orchestrator.Activities.Telemetry;
using Orchestrator.Activities.Tests.Runs;
using Orchestrator.Storage;
using Orchestrator.Workflows.Planning;
using Orchestrator.Workflows.Runs;
using Orchestrator.Workflows.Scheduling;

namespace Orchestrator.Activities.Tests.Telemetry;

public sealed class RunSpansTests : IDisposable
{
    private const string Two = """
        { "steps": [ { "id": "a", "prompt": "Say {{word}}.", "options": { "retry": { "maxAttempts": 2, "firstInterval": 1000 } } },
        { "id": "b", "prompt": "Again: {{a}}", "dependsOn": ["a"] } ] }
        """;

    private readonly TestRuns _runs = new();
    private readonly HeardSpans _heard;

    public RunSpansTests() => _heard = new HeardSpans(_runs.Telemetry);

    public void Dispose() => _heard.Dispose();

    [Fact]
    public async Task A_run_is_one_trace_of_run_step_attempt_and_model_call()
    {
        var run = await _runs.BeginAsync(Two, """{ "word": "hello" }""");
        _runs.Time.Advance(TimeSpan.FromSeconds(1));
        await _runs.ExecuteAsync(run, 0);
        await EndAsync(run, RunStatus.Completed);

        var (root, step, attempt, call) = (
            _heard.Single("invoke_workflow test"), _heard.Single("step a"), _heard.Single("attempt 1"), _heard.Single("chat gpt-6-luna"));
        Assert.Equal(
            (default, root.SpanId, step.SpanId, attempt.SpanId), (root.ParentSpanId, step.ParentSpanId, attempt.ParentSpanId, call.ParentSpanId));
        Assert.Single(_heard.Ended.Select(span => span.TraceId).Distinct());
        Assert.Equal(TimeSpan.FromSeconds(1), root.Duration);
        Assert.Equal(ActivityKind.Client, call.Kind);
        Assert.Equal(
            ("invoke_workflow", "test", "completed"),
            (Tag(root, "gen_ai.operation.name"), Tag(root, "gen_ai.agent.name"), Tag(root, "orchestrator.status")));
        Assert.Equal(
            ("chat", "mock", "gpt-6-luna"),
            (Tag(call, "gen_ai.operation.name"), Tag(call, "gen_ai.provider.name"), Tag(call, "gen_ai.request.model")));
        Assert.All(_heard.Ended, span => Assert.Equal(ActivityStatusCode.Unset, span.Status));
    }

    [Fact]
    public async Task The_spans_of_an_attempt_and_of_its_step_have_the_times_of_the_record()
    {
        var run = await _runs.BeginAsync(Two, """{ "word": "hello" }""", """{ "*": [ { "output": "ok", "latencyMs": 400 } ] }""");
        var call = _runs.Call(run, 0);
        _runs.Time.Advance(TimeSpan.FromSeconds(2));
        var executing = _runs.Executor.ExecuteAsync(call, CancellationToken.None);
        await _runs.Time.WhenTimersAsync(2);
        _runs.Time.Advance(TimeSpan.FromMilliseconds(400));
        await executing;

        var (step, attempt) = (_heard.Single("step a"), _heard.Single("attempt 1"));
        Assert.Equal((2.4, 0.4), (step.Duration.TotalSeconds, attempt.Duration.TotalSeconds));
        Assert.Equal(2.0, attempt.GetTagItem("orchestrator.queue.duration"));
        Assert.Equal(0.4, _heard.Single("chat gpt-6-luna").Duration.TotalSeconds);
    }

    [Fact]
    public async Task A_failed_attempt_is_an_error_and_its_step_only_when_it_was_the_last()
    {
        var run = await _runs.BeginAsync(
            Two, """{ "word": "x" }""",
            """{ "a": [ { "error": { "kind": "rateLimited", "message": "Say x is too much." } }, { "output": "second" } ] }""");
        await _runs.ExecuteAsync(run, 0);
        Assert.Empty(_heard.Named("step a"));
        _runs.Time.Advance(TimeSpan.FromSeconds(9));
        await _runs.ExecuteAsync(run, 0, attempt: 2);

        var (first, second, step) = (_heard.Single("attempt 1"), _heard.Single("attempt 2"), _heard.Single("step a"));
        Assert.Equal((ActivityStatusCode.Error, "rateLimited"), (first.Status, Tag(first, "error.type")));
        Assert.Equal((ActivityStatusCode.Unset, null), (second.Status, Tag(second, "error.type")));
        Assert.Equal((ActivityStatusCode.Unset, 1), (step.Status, step.GetTagItem("orchestrator.retries")));
        Assert.Equal((step.SpanId, step.SpanId), (first.ParentSpanId, second.ParentSpanId));

        // From the first attempt on.
        Assert.Equal(9, step.Duration.TotalSeconds);
        Assert.Equal(["rateLimited", null], _heard.Named("chat gpt-6-luna").Select(call => Tag(call, "error.type")));
    }

    [Fact]
    public async Task A_step_and_a_run_that_failed_are_errors_of_their_kind()
    {
        var run = await _runs.BeginAsync(Two, """{ "word": "x" }""", """{ "*": [ { "error": { "kind": "contentFiltered" } } ] }""");
        await _runs.ExecuteAsync(run, 0);
        await EndAsync(run, RunStatus.Failed, new WorkflowError(ErrorKind.ContentFiltered, "It said x."));

        foreach (var name in (string[])["attempt 1", "step a", "chat gpt-6-luna", "invoke_workflow test"])
        {
            var span = _heard.Single(name);
            Assert.Equal((ActivityStatusCode.Error, "contentFiltered", null), (span.Status, Tag(span, "error.type"), span.StatusDescription));
        }
    }

    [Fact]
    public async Task A_cancelled_attempt_is_no_error_but_the_call_that_it_aborted_is()
    {
        var run = await _runs.BeginAsync(Two, """{ "word": "x" }""", """{ "*": [ { "output": "ok", "latencyMs": 60000 } ] }""");
        var executing = _runs.ExecuteAsync(run, 0);
        await _runs.Time.WhenTimersAsync(2);
        await _runs.Control.CancelAsync(run.Identity, 1, StepReason.Cancel, null, CancellationToken.None);
        await executing;
        await EndAsync(run, RunStatus.Cancelled);

        foreach (var name in (string[])["attempt 1", "step a", "invoke_workflow test"])
        {
            var span = _heard.Single(name);
            Assert.Equal((ActivityStatusCode.Unset, "cancelled"), (span.Status, Tag(span, "orchestrator.status")));
        }

        Assert.Equal("cancelled", Tag(_heard.Single("chat gpt-6-luna"), "error.type"));
    }

    [Fact]
    public async Task A_step_whose_condition_is_false_has_a_span_and_no_attempt()
    {
        var run = await _runs.BeginAsync(
            """{ "steps": [ { "id": "ask", "prompt": "x" }, { "id": "a", "prompt": "y", "dependsOn": ["ask"], "when": "ask == 'never'" } ] }""");
        await _runs.ExecuteAsync(run, 0);
        var before = _heard.Ended.Count;

        await _runs.ExecuteAsync(run, 1);

        var step = Assert.Single(_heard.Ended.Skip(before));
        Assert.Equal(("step a", "skipped", "condition"), (step.DisplayName, Tag(step, "orchestrator.status"), Tag(step, "orchestrator.reason")));
    }

    [Fact]
    public async Task What_is_executed_and_ended_twice_has_its_spans_once()
    {
        var run = await _runs.BeginAsync(Two, """{ "word": "x" }""");
        await _runs.ExecuteAsync(run, 0);
        await _runs.MakeExecutor().ExecuteAsync(_runs.Call(run, 0), CancellationToken.None);
        await EndAsync(run, RunStatus.Completed);
        await EndAsync(run, RunStatus.Completed);

        Assert.Equal(["chat gpt-6-luna", "attempt 1", "step a", "invoke_workflow test"], Order(_heard.Ended.Select(span => span.DisplayName)));
    }

    [Fact]
    public async Task An_execution_whose_record_does_not_count_is_marked_and_has_no_step_span()
    {
        var run = await _runs.BeginAsync(Two, """{ "word": "x" }""", """{ "*": [ { "output": "ok", "latencyMs": 400 } ] }""");

        // Each has its own claims, as when the store of the claims was lost.
        var both = Enumerable.Range(0, 2)
            .Select(_ => _runs.MakeExecutor(claims: new MemoryContentStore()).ExecuteAsync(_runs.Call(run, 0), CancellationToken.None)).ToList();
        await _runs.Time.WhenTimersAsync(4);
        _runs.Time.Advance(TimeSpan.FromMilliseconds(400));
        await Task.WhenAll(both);

        Assert.Equal([false, true], _heard.Named("attempt 1").Select(span => (bool)span.GetTagItem("orchestrator.recorded")!).Order());
        Assert.Single(_heard.Named("step a"));
    }

    [Fact]
    public async Task Another_attempt_of_a_run_is_another_trace_that_links_to_the_one_before()
    {
        var run = await _runs.BeginAsync(Two, """{ "word": "x" }""");
        await EndAsync(run, RunStatus.Failed);
        var before = (await _runs.Runs.FindAsync(TestRuns.RunId, CancellationToken.None))!;
        Assert.NotNull(await _runs.Registration.ReopenAsync(
            before,
            new NewRun("test", null) { Definition = "{}"u8.ToArray(), Prepared = run with { RunAttempt = 2 }, Attempt = new RunAttempt(2) },
            CancellationToken.None));
        var resumed = await _runs.Lifecycle.BeginAsync(TestRuns.RunId, 2, CancellationToken.None);
        await EndAsync(resumed, RunStatus.Completed);

        var spans = _heard.Named("invoke_workflow test");
        Assert.NotEqual(spans[0].TraceId, spans[1].TraceId);
        var link = Assert.Single(spans[1].Links);
        Assert.Equal((spans[0].TraceId, spans[0].SpanId), (link.Context.TraceId, link.Context.SpanId));
        Assert.Empty(spans[0].Links);
    }

    [Fact]
    public async Task An_attempt_that_an_upgrade_interrupted_has_its_span_once_also_when_its_run_is_cancelled_then()
    {
        var run = await _runs.BeginAsync(Two, """{ "word": "x" }""");
        _runs.Time.Advance(TimeSpan.FromSeconds(2));
        var error = new WorkflowError(ErrorKind.Internal, "Another version.");
        await _runs.Lifecycle.InterruptAsync(run.Identity, 1, error, CancellationToken.None);
        await _runs.Lifecycle.InterruptAsync(run.Identity, 1, error, CancellationToken.None);
        await EndAsync(run, RunStatus.Cancelled);

        var root = _heard.Single("invoke_workflow test");
        Assert.Equal(
            (new RunTrace(run.Identity, 1).RunSpan, "interrupted", TimeSpan.FromSeconds(2), ActivityStatusCode.Unset),
            (root.SpanId, Tag(root, "orchestrator.status"), root.Duration, root.Status));
    }

    [Fact]
    public async Task An_attempt_links_to_what_its_host_traces_and_leaves_it_current()
    {
        var run = await _runs.BeginAsync(Two, """{ "word": "x" }""");
        using var host = new Activity("host").SetIdFormat(ActivityIdFormat.W3C).Start();
        await _runs.ExecuteAsync(run, 0);
        await EndAsync(run, RunStatus.Completed);

        Assert.Equal(host.SpanId, Assert.Single(_heard.Single("attempt 1").Links).Context.SpanId);
        Assert.Equal(default, _heard.Single("invoke_workflow test").ParentSpanId);
        Assert.Same(host, Activity.Current);
    }

    [Fact]
    public void The_ids_follow_from_the_run_its_stamp_its_attempt_and_the_step_and_from_nothing_else()
    {
        var trace = new RunTrace(new RunIdentity("r", "s"), 1);

        Assert.Equal(
            (trace.Run, trace.StepSpan("a")),
            (new RunTrace(new RunIdentity("r", "s"), 1).Run, new RunTrace(new RunIdentity("r", "s"), 1).StepSpan("a")));
        RunTrace[] others =
        [
            new(new RunIdentity("q", "s"), 1), new(new RunIdentity("r", "t"), 1), new(new RunIdentity("r", null), 1),
            new(new RunIdentity("r", "s"), 2)
        ];
        Assert.Equal(5, others.Append(trace).Select(other => other.Run.TraceId).Distinct().Count());
        Assert.NotEqual(trace.StepSpan("a"), trace.StepSpan("b"));
    }

    private Task EndAsync(PreparedRun run, RunStatus status, WorkflowError? error = null) =>
        _runs.Lifecycle.EndAsync(run.Identity, run.RunAttempt, status, error, null, CancellationToken.None);

    private static string? Tag(Activity span, string name) => span.GetTagItem(name) as string;

    private static IEnumerable<string> Order(IEnumerable<string> names) =>
        names.OrderBy(name => Array.FindIndex(["chat", "attempt", "step", "invoke"], start => name.StartsWith(start, StringComparison.Ordinal)));
}
