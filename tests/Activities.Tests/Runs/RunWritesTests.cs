using System.Text;
using System.Text.Json;
using System.Text.Json.Nodes;
using Orchestrator.Activities.Execution;
using Orchestrator.Activities.Records;
using Orchestrator.Activities.RunLogs;
using Orchestrator.Activities.Runs;
using Orchestrator.Activities.Tests.RunLogs;
using Orchestrator.Storage;
using Orchestrator.Testing.Stores;
using Orchestrator.Workflows.Planning;
using Orchestrator.Workflows.Runs;
using Orchestrator.Workflows.Serialization;

namespace Orchestrator.Activities.Tests.Runs;

/// <summary>What a start, a begin, an end and a resume write, and that each of them writes once what belongs together.</summary>
public sealed class RunWritesTests
{
    private const string Definition = """{ "steps": [ { "id": "a", "prompt": "{{text}}" } ] }""";
    private const string Log = "runs/r1/log-0.jsonl";
    private const string Record = "runs/r1/run.json";

    private readonly MemoryContentStore _memory = new();
    private readonly RecordingStore _store;
    private readonly TestRuns _runs;

    public RunWritesTests()
    {
        _store = new RecordingStore(_memory);
        _runs = new TestRuns(_store);
    }

    [Fact]
    public async Task Start_begin_and_end_write_once_each_what_belongs_together_in_an_order_that_a_crash_may_cut()
    {
        var run = await BeginAsync();
        await _runs.ExecuteAsync(run, 0);
        await FinishAsync(run, RunStatus.Completed);

        var together = _store.Together.Select(writes => string.Join(' ', writes.Select(Shortened))).ToList();
        Assert.Equal([$"definitions {Record} {Log} index", $"{Record} {Log}", $"{Log} {Record} index {Log}"], together);
        Assert.Equal(
            ["definitions", "index", Log, Record],
            (await _memory.ListAsync(ContentPrefix.All).ToListAsync()).Select(key => Shortened(key.Value)));
    }

    [Fact]
    public async Task Next_start_of_a_definition_does_not_write_it_again()
    {
        await BeginAsync();

        await RegisterAsync(await PrepareAsync() with { RunId = "r2" });

        Assert.Equal("runs/r2/run.json", _store.Together.Last()[0]);
    }

    [Fact]
    public async Task Repeated_begin_and_end_append_their_events_again_and_change_nothing_else()
    {
        var run = await BeginAsync();
        await _runs.ExecuteAsync(run, 0);
        await FinishAsync(run, RunStatus.Completed);
        var (document, record) = (await DocumentAsync(), await _runs.Runs.FindAsync("r1", default));

        await _runs.Lifecycle.BeginAsync("r1", 1, default);
        await FinishAsync(run, RunStatus.Completed);

        Assert.Equal(3, _store.Together.Count);
        Assert.Equal(document, await DocumentAsync());
        Assert.Equal(JsonContent.Bytes(record), JsonContent.Bytes(await _runs.Runs.FindAsync("r1", default)));
        Assert.Equal(2, (await _runs.EventsAsync()).Count(item => item.Event == RunEventNames.RunCompleted));
    }

    /// <summary>The process ended, and the append was cut off behind a line.</summary>
    [Theory]
    [InlineData(0)]
    [InlineData(1)]
    [InlineData(2)]
    [InlineData(3)]
    public async Task Start_that_a_crash_cut_off_is_completed_by_the_next_request_with_its_key(int lines)
    {
        var start = New(await PrepareAsync()) with
        {
            StartKey = "key",
            Forked = [LogProcess.Checkpoint("a", "A", runAttempt: 0), LogProcess.Checkpoint("b", "B", runAttempt: 0)],
        };
        await _runs.Registration.RegisterAsync(start, default);
        await _memory.DeleteAsync(ContentPrefix.Under("index"));
        await _runs.ChangeLogAsync(log => string.Concat(log.Split('\n').Take(lines).Select(line => line + "\n")));

        var elsewhere = new TestRuns(_memory);
        Assert.NotNull(await elsewhere.Registration.RegisterAsync(start, default));

        var log = Encoding.UTF8.GetString((await _memory.ReadFromAsync(RunKeys.Log("r1"), 0))!.Bytes.Span);
        Assert.Equal(3, log.Count(character => character == '\n'));
        Assert.Equal("x", (string?)(await elsewhere.Runs.GetPreparedAsync("r1", 1, default)).Inputs["text"]);
        Assert.Single(await _memory.ListAsync(ContentPrefix.Under("index")).ToListAsync());
    }

    /// <summary>A cancellation ended the attempt while its orchestration was about to complete it.</summary>
    [Fact]
    public async Task End_that_comes_second_leaves_the_first_one()
    {
        var run = await BeginAsync();
        await _runs.ExecuteAsync(run, 0);
        await _runs.Lifecycle.EndAsync(run.Identity, 1, RunStatus.Cancelled, null, null, default);

        await FinishAsync(run, RunStatus.Completed);

        var document = (await _runs.Reader.FindAsync("r1", default))!;
        Assert.Equal((RunStatus.Cancelled, null), (document.Status, document.Outputs));
        Assert.DoesNotContain(await _runs.EventsAsync(), item => item.Event == RunEventNames.RunCompleted);
    }

    /// <summary>The other process ends the attempt between the read of the record and its change.</summary>
    [Fact]
    public async Task End_of_another_process_at_the_same_moment_counts_alone()
    {
        var run = await BeginAsync();
        await _runs.ExecuteAsync(run, 0);
        _store.BeforeTogether = () => new TestRuns(_memory).Lifecycle.EndAsync(run.Identity, 1, RunStatus.Cancelled, null, null, default);

        await FinishAsync(run, RunStatus.Completed);

        Assert.Equal(RunStatus.Cancelled, (await _runs.Reader.FindAsync("r1", default))!.Status);
        Assert.DoesNotContain(await _runs.EventsAsync(), item => item.Event == RunEventNames.RunCompleted);
        Assert.Single(await _runs.EventsAsync(), item => item.Event == RunEventNames.RunCancelled);
    }

    [Theory]
    [InlineData(1_000)]
    [InlineData(70_000)]
    [InlineData(9_000_000)]
    public async Task Run_of_any_size_is_executed_shown_and_read_by_other_processes(int length)
    {
        var text = new string('t', length);
        var run = await BeginAsync(text);
        await _runs.ExecuteAsync(run, 0);
        await FinishAsync(run, RunStatus.Completed);

        var elsewhere = new TestRuns(_memory);
        Assert.Equal(text, (string?)(await elsewhere.Runs.GetPreparedAsync("r1", 1, default)).Inputs["text"]);
        Assert.Equal(text, (string?)(await elsewhere.Reader.FindAsync("r1", default))!.Outputs!["text"]);
        Assert.True((await _memory.ReadFromAsync(RunKeys.Log("r1"), 0))!.End < IContentStore.MaxAppendBytes);
    }

    [Fact]
    public async Task Later_attempt_executes_what_its_record_names_of_two_that_were_prepared_at_once()
    {
        var run = await BeginAsync();
        await FinishAsync(run, RunStatus.Failed);
        var before = (await _runs.Runs.FindAsync("r1", default))!;
        var (one, other) = (Second(run, "one"), Second(run, "other"));
        await _runs.Logs.AppendAsync(run.Identity, [RunStore.Resumed(other).Line], flush: true, default);

        var opened = await _runs.Registration.ReopenAsync(before, New(one) with { Attempt = new RunAttempt(2) }, default);
        var second = await _runs.Registration.ReopenAsync(before, New(other) with { Attempt = new RunAttempt(2) }, default);

        Assert.NotNull(opened);
        Assert.Null(second);
        Assert.Equal("one", (string?)(await _runs.Runs.GetPreparedAsync("r1", 2, default)).Inputs["text"]);
        Assert.Equal("x", (string?)(await _runs.Runs.GetPreparedAsync("r1", 1, default)).Inputs["text"]);
        Assert.Equal([Log, "index", Record], _store.Together.Last().Select(Shortened));
    }

    [Theory]
    [InlineData("", false)]
    [InlineData("?", false)]
    [InlineData("", true)]
    [InlineData("?", true)]
    public async Task What_an_attempt_executes_is_named_when_it_is_missing_or_damaged(string content, bool isLarge)
    {
        await BeginAsync(new string('t', isLarge ? 70_000 : 10));
        var place = isLarge ? (await _memory.ListAsync(ContentPrefix.Under("runs", "r1", "outputs")).SingleAsync()).Value : Log;
        await (!isLarge ? RunLogLines.ChangeAsync(_memory, RunKeys.Log("r1"), RunLogLines.Prepared, line => content)
            : content.Length == 0 ? _memory.DeleteAsync(ContentKey.Parse(place))
            : _memory.PutAsync(ContentKey.Parse(place), Encoding.UTF8.GetBytes(content)));

        var problem = await Assert.ThrowsAsync<UnreadableRecordException>(
            () => new TestRuns(_memory).Runs.GetPreparedAsync("r1", 1, default));

        Assert.Contains($"'{place}'", problem.Message, StringComparison.Ordinal);
        Assert.Contains("What attempt 1 of run 'r1' executes ", problem.Message, StringComparison.Ordinal);
        Assert.Contains("Put it back from a copy; else run 'r1' cannot be resumed, forked or restarted.", problem.Message, StringComparison.Ordinal);
        Assert.Equal((content.Length == 0, content.Length > 0), (problem.IsMissing, problem.IsLost));
        Assert.Contains((await new TestRuns(_memory).Reader.FindAsync("r1", default))!.Warnings, warning => warning == problem.Message);
    }

    [Fact]
    public async Task Deletion_of_a_run_whose_record_is_damaged_knows_its_last_attempt_from_the_log()
    {
        var run = await BeginAsync();
        await FinishAsync(run, RunStatus.Failed);
        var before = (await _runs.Runs.FindAsync("r1", default))!;
        await _runs.Registration.ReopenAsync(before, New(Second(run, "one")) with { Attempt = new RunAttempt(2) }, default);
        var deletion = new RunDeletion(_memory, _runs.Runs, _runs.Time);

        Assert.Equal(2, await deletion.LastAttemptAsync("r1", default));
        Assert.Equal(1, await deletion.LastAttemptAsync("r2", default));
        await _memory.PutAsync(ContentKey.Parse("runs/older/prepared-3-0123456789abcdef.json"), "{}"u8.ToArray());
        Assert.Equal(3, await deletion.LastAttemptAsync("older", default));
    }

    private static PreparedRun Second(PreparedRun run, string text) =>
        run with { RunAttempt = 2, Inputs = new JsonObject { ["text"] = text }, LogFrom = 10 };

    private static NewRun New(PreparedRun prepared) => new("test", null) { Definition = Encoding.UTF8.GetBytes(Definition), Prepared = prepared };

    /// <summary>A key without its part that is random or a hash.</summary>
    private static string Shortened(string key) => key.Split('/') is ["runs", ..] ? key : key.Split('/')[0];

    private Task<PreparedRun> PrepareAsync(string text = "x") =>
        _runs.PrepareAsync(Definition, new JsonObject { ["text"] = text }.ToJsonString(), """{ "*": [ { "output": "ok" } ] }""");

    private async Task RegisterAsync(PreparedRun prepared) => Assert.NotNull(await _runs.Registration.RegisterAsync(New(prepared), default));

    private async Task<PreparedRun> BeginAsync(string text = "x")
    {
        await RegisterAsync(await PrepareAsync(text));
        return await _runs.Lifecycle.BeginAsync("r1", 1, default);
    }

    private Task FinishAsync(PreparedRun run, RunStatus status) =>
        _runs.Lifecycle.FinishAsync(run.Identity, run.RunAttempt, status, null, _runs.Time.GetUtcNow(), null, default);

    private async Task<string> DocumentAsync() =>
        Encoding.UTF8.GetString(JsonSerializer.SerializeToUtf8Bytes(await _runs.Reader.FindAsync("r1", default), WorkflowJson.Compact));
}
