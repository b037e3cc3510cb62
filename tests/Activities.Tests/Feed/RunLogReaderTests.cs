using System.Text;
using Orchestrator.Activities.Feed;
using Orchestrator.Activities.Runs;
using Orchestrator.Activities.Tests.Runs;
using Orchestrator.Storage;
using Orchestrator.Workflows.Runs;

namespace Orchestrator.Activities.Tests.Feed;

/// <summary>A damaged log costs what its damaged lines say, and a warning that names them.</summary>
[Trait("Trust", "14")]
public sealed class RunLogReaderTests
{
    private const string Two = """
        { "steps": [ { "id": "a", "prompt": "A." }, { "id": "b", "prompt": "B.", "dependsOn": ["a"] } ] }
        """;

    private const string Mocks = """
        { "a": [ { "error": { "kind": "unavailable" } }, { "output": "A", "usage": { "inputTokens": 10, "outputTokens": 20 } } ],
          "b": [ { "output": "B", "usage": { "inputTokens": 100, "outputTokens": 200 } } ] }
        """;

    private readonly TestRuns _runs = new();

    [Theory]
    [InlineData(1, 10)]
    [InlineData(2, 3)]
    [InlineData(-1, 20)]
    public async Task Damaged_line_is_named_by_its_position_and_the_others_count(int line, int at)
    {
        var whole = await FinishAsync();
        var position = 0;
        await _runs.ChangeLogAsync(log =>
        {
            var lines = log.Split('\n');
            var number = line < 0 ? lines.Length - 2 : line;
            position = Encoding.UTF8.GetByteCount(string.Concat(lines.Take(number).Select(text => text + "\n")));
            lines[number] = lines[number][..at] + "#" + lines[number][(at + 1)..];
            return string.Join('\n', lines);
        });

        var document = await DocumentAsync();

        Assert.StartsWith(
            $"The record 'runs/r1/log-0.jsonl' is damaged: its line at byte {position} ", Assert.Single(document.Warnings), StringComparison.Ordinal);
        Assert.Equal(whole.Steps["a"], document.Steps["a"]);
        Assert.Equal(whole.Steps["b"], document.Steps["b"]);
    }

    [Fact]
    public async Task Damaged_checkpoint_costs_the_figures_of_its_step_only()
    {
        var whole = await FinishAsync();
        await _runs.DamageCheckpointAsync("b");

        var document = await DocumentAsync();

        Assert.Contains("perhaps the end of a step and its cost, is not counted", Assert.Single(document.Warnings), StringComparison.Ordinal);
        Assert.Equal(whole.Steps["a"], document.Steps["a"]);
        Assert.Equal((StepStatus.Cancelled, "lost"), (document.Steps["b"].Status, document.Steps["b"].Reason));
        Assert.Equal(10, document.Usage.InputTokens);
    }

    [Fact]
    public async Task Incomplete_last_line_is_no_damage()
    {
        var whole = await FinishAsync();
        await _runs.Store.AppendAsync(RunKeys.Log(TestRuns.RunId), """{"v":1,"crc":"12"""u8.ToArray());

        var document = await DocumentAsync();

        Assert.Equal([], document.Warnings);
        Assert.Equal(whole.Usage, document.Usage);
    }

    [Fact]
    public async Task Log_that_is_missing_is_named()
    {
        await FinishAsync();
        await _runs.Store.DeleteAsync(RunKeys.Log(TestRuns.RunId));

        var document = await DocumentAsync();

        Assert.Collection(
            document.Warnings,
            warning => Assert.StartsWith("What attempt 1 of run 'r1' executes is missing: 'runs/r1/log-0.jsonl' ", warning, StringComparison.Ordinal),
            warning => Assert.StartsWith("What run 'r1' gave as its outputs is missing: 'runs/r1/log-0.jsonl' ", warning, StringComparison.Ordinal),
            warning => Assert.StartsWith("The log 'runs/r1/log-0.jsonl' is empty or missing.", warning, StringComparison.Ordinal));
        Assert.Equal(RunStatus.Completed, document.Status);
    }

    [Fact]
    public async Task Many_damaged_lines_are_counted()
    {
        await FinishAsync();
        await _runs.ChangeLogAsync(log => log + string.Concat(Enumerable.Repeat("{}\n", 8)));

        var warnings = (await DocumentAsync()).Warnings;

        Assert.Equal(6, warnings.Count);
        Assert.Equal("The log 'runs/r1/log-0.jsonl' has 3 more damaged lines.", warnings[^1]);
    }

    private async Task<RunDocument> FinishAsync()
    {
        var run = await _runs.BeginAsync(Two, mocks: Mocks);
        await _runs.ExecuteAsync(run, 0);
        await _runs.ExecuteAsync(run, 0, attempt: 2);
        await _runs.ExecuteAsync(run, 1);
        await _runs.Lifecycle.FinishAsync(run.Identity, 1, RunStatus.Completed, null, _runs.Time.GetUtcNow(), null, CancellationToken.None);
        return await DocumentAsync();
    }

    private async Task<RunDocument> DocumentAsync() => (await _runs.Reader.FindAsync(TestRuns.RunId, CancellationToken.None))!;
}
