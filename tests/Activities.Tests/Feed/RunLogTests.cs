using System.Text;
using Orchestrator.Activities.Checkpoints;
using Orchestrator.Activities.Feed;
using Orchestrator.Activities.Tests.Runs;
using Orchestrator.Storage;
using Orchestrator.Workflows.Runs;
using Orchestrator.Workflows.Scheduling;

namespace Orchestrator.Activities.Tests.Feed;

/// <summary>A damaged event log costs a warning; what was paid is known from the records of the steps.</summary>
[Trait("Trust", "14")]
public class RunLogTests
{
    private const string Two = """
        { "steps": [ { "id": "a", "prompt": "A." }, { "id": "b", "prompt": "B.", "dependsOn": ["a"] } ] }
        """;

    private const string Mocks = """
        { "a": [ { "error": { "kind": "unavailable" } }, { "output": "A", "usage": { "inputTokens": 10, "outputTokens": 20 } } ],
          "b": [ { "output": "B", "usage": { "inputTokens": 100, "outputTokens": 200 } } ] }
        """;

    private static readonly ContentKey Log = ContentKey.Of("runs", TestRuns.RunId, "events-0.jsonl");

    private readonly TestRuns _runs = new();

    [Theory]
    [InlineData(0)]
    [InlineData(0.3)]
    [InlineData(0.6)]
    [InlineData(0.9)]
    public async Task Log_that_was_cut_costs_no_figure_of_a_step(double kept)
    {
        var whole = await FinishAsync();
        await ChangeAsync(log => log[..(int)(log.Length * kept)]);

        await AssertSameButForAWarningAsync(whole);
    }

    [Fact]
    public async Task Log_that_is_gone_or_has_zeros_in_it_costs_no_figure_of_a_step()
    {
        var whole = await FinishAsync();
        await ChangeAsync(log =>
        {
            log.AsSpan(log.Length / 4, log.Length / 2).Clear();
            return log;
        });
        await AssertSameButForAWarningAsync(whole);

        await _runs.Store.DeleteAsync(Log);
        await AssertSameButForAWarningAsync(whole);
    }

    [Theory]
    [InlineData("a")]
    [InlineData("b")]
    public async Task End_of_a_step_that_a_crash_kept_from_the_log_costs_no_figure_once_its_run_has_ended(string step)
    {
        var whole = await FinishAsync();
        await ChangeAsync(log => Encoding.UTF8.GetBytes(string.Concat(Encoding.UTF8.GetString(log).Split('\n', StringSplitOptions.RemoveEmptyEntries)
            .Where(line => !(line.Contains("\"step.completed\"", StringComparison.Ordinal)
                && line.Contains($"\"stepPath\":\"{step}\"", StringComparison.Ordinal)))
            .Select(line => line + "\n"))));

        await AssertSameButForAWarningAsync(whole);
    }

    [Fact]
    public async Task Line_that_a_crash_tore_and_that_was_written_again_is_no_damage()
    {
        var whole = await FinishAsync();
        await ChangeAsync(log => [.. """{"event":"step.comp"""u8, (byte)'\n', .. log]);

        Assert.Equal([], (await DocumentAsync()).Warnings);
        Assert.Equal(whole.Usage, (await DocumentAsync()).Usage);
    }

    [Fact]
    public async Task Torn_line_changes_nothing_of_an_attempt_without_work_and_of_an_end_that_was_decided()
    {
        const string Definition = """
            { "steps": [
              { "id": "a", "prompt": "A.", "options": { "retry": { "maxAttempts": 2, "firstInterval": 60000 } } },
              { "id": "b", "prompt": "B.", "when": "1 == 2" }, { "id": "c", "prompt": "C.", "options": { "fallback": { "value": "x" } } } ] }
            """;
        var run = await _runs.BeginAsync(Definition, mocks: """{ "a": [ { "error": { "kind": "unavailable" } } ] }""");
        await _runs.ExecuteAsync(run, 0);
        await _runs.Executor.ExecuteAsync(
            _runs.Call(run, 2) with
            {
                Failure = new WorkflowError(ErrorKind.QueueFull, "full") { Step = "c" },
                Decisions = [new StepDecision(0, StepStatus.Cancelled, StepReason.Stop, _runs.Time.GetUtcNow())],
            },
            CancellationToken.None);
        var whole = await DocumentAsync();
        Assert.Equal((StepStatus.Cancelled, StepReason.Stop, 0), (whole.Steps["a"].Status, whole.Steps["a"].Reason, whole.Steps["c"].Attempts));

        await ChangeAsync(log => [.. """{"event":"step.comp"""u8, (byte)'\n', .. log]);

        Assert.Equal(whole.Steps, (await DocumentAsync()).Steps);
    }

    [Fact]
    public async Task Damaged_record_of_a_step_is_named_when_the_log_needs_it()
    {
        await FinishAsync();
        await _runs.Store.DeleteAsync(Log);
        await _runs.Store.PutAsync(ContentKey.Of("runs", TestRuns.RunId, "steps", "b", "1-1.json"), Encoding.UTF8.GetBytes("{"));

        var document = await DocumentAsync();

        Assert.Equal(StepStatus.Completed, document.Steps["a"].Status);
        Assert.Contains(document.Warnings, warning => warning.Contains("'runs/r1/steps/b/1-1.json'", StringComparison.Ordinal));
    }

    private async Task AssertSameButForAWarningAsync(RunDocument whole)
    {
        var document = await DocumentAsync();
        Assert.Contains("'runs/r1/events-0.jsonl'", Assert.Single(document.Warnings), StringComparison.Ordinal);
        Assert.Equal(whole.Usage, document.Usage);
        Assert.Equal(whole.Steps.ToDictionary(), document.Steps.ToDictionary());
        Assert.Equal(whole.Progress, document.Progress);
    }

    private async Task<RunDocument> FinishAsync()
    {
        var run = await _runs.BeginAsync(Two, mocks: Mocks);
        await _runs.ExecuteAsync(run, 0);
        await _runs.ExecuteAsync(run, 0, attempt: 2);
        await _runs.ExecuteAsync(run, 1);
        await _runs.Lifecycle.FinishAsync(
            await _runs.IdentityAsync(), 1, RunStatus.Completed, null, _runs.Time.GetUtcNow(), null, CancellationToken.None);
        var whole = await DocumentAsync();
        Assert.Equal((110, 220), (whole.Usage.InputTokens, whole.Usage.OutputTokens));
        return whole;
    }

    private async Task ChangeAsync(Func<byte[], byte[]> change)
    {
        var log = (await _runs.Store.ReadFromAsync(Log, 0))!.Bytes.ToArray();
        await _runs.Store.DeleteAsync(Log);
        await _runs.Store.AppendAsync(Log, change(log));
    }

    private async Task<RunDocument> DocumentAsync() => (await _runs.Reader.FindAsync(TestRuns.RunId, CancellationToken.None))!;
}
