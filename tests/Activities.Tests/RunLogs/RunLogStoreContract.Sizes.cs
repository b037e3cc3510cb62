using System.Text;
using System.Text.Json;
using System.Text.Json.Nodes;
using Orchestrator.Activities.Checkpoints;
using Orchestrator.Activities.Records;
using Orchestrator.Activities.RunLogs;
using Orchestrator.Storage;
using Orchestrator.Testing.Azurite;
using Orchestrator.Workflows.Runs;
using Orchestrator.Workflows.Serialization;
using static Orchestrator.Activities.Tests.RunLogs.LogProcess;

namespace Orchestrator.Activities.Tests.RunLogs;

/// <summary>Large values and long logs.</summary>
public abstract partial class RunLogStoreContract
{
    [SuiteFact]
    public async Task Members_over_64_KB_lie_beside_the_log_and_are_read_back()
    {
        static string Large(char letter) => new(letter, 70_000);
        var whole = Checkpoint("a", Large('o')) with
        {
            Inputs = new JsonObject { ["text"] = Large('i') },
            Transformed = new JsonArray(Large('t'), 1.50m, null),
            Error = new WorkflowError(ErrorKind.ToolFailed, Large('e')) { Details = new JsonObject { ["body"] = Large('d') } },
            Warnings = [.. Enumerable.Range(0, 3_000).Select(number => $"Warning {number} is long enough to be stored.")],
        };
        var writer = Start();
        await writer.AddAsync(Run, whole);

        var expected = Json(whole with { Stamp = Run.Stamp });
        Assert.Equal(expected, Json((await writer.FindAsync(Run, "a"))!));
        Assert.Equal(expected, Json((await Start().FindAsync(Run, "a"))!));
        Assert.Equal(5, await Open().ListAsync(ContentPrefix.Under("runs", Run.RunId, "outputs")).CountAsync());
        Assert.True((await LinesAsync()).Single().Length < LogLine.MaxMember * 4);
        var head = (await IndexAsync(Start())).Find(new AttemptKey(1, "a", 1))!.Head;
        Assert.Contains("(cut from 70000 characters; the whole is in 'runs/r1/outputs/", head.Error!.Message, StringComparison.Ordinal);
        Assert.Equal(20, head.Warnings.Count);
    }

    [SuiteFact]
    public async Task Small_members_are_in_the_log()
    {
        var output = new string('o', LogLine.MaxMember - 2);
        await Start().AddAsync(Run, Checkpoint("a", output) with { Inputs = new JsonObject { ["text"] = new string('i', 40_000) } });

        Assert.Equal(output, (string?)(await Start().FindAsync(Run, "a"))!.Output);
        Assert.Empty(await Open().ListAsync(ContentPrefix.Under("runs", Run.RunId, "outputs")).ToListAsync());
    }

    [SuiteTheory]
    [InlineData(true, "is missing: there is no 'runs/r1/outputs/")]
    [InlineData(false, "its content does not have the hash that is its name")]
    public async Task Value_beside_the_log_that_is_gone_or_changed_is_named(bool isGone, string reason)
    {
        await Start().AddAsync(Run, Checkpoint("a", new string('o', 70_000)));
        var key = await Open().ListAsync(ContentPrefix.Under("runs", Run.RunId, "outputs")).SingleAsync();
        await (isGone ? (Task)Open().DeleteAsync(key) : Open().PutAsync(key, "\"other\""u8.ToArray()));

        var problem = await Assert.ThrowsAsync<UnreadableRecordException>(() => Start().FindAsync(Run, "a"));

        Assert.Contains(reason, problem.Message, StringComparison.Ordinal);
        Assert.Contains(key.Value, problem.Message, StringComparison.Ordinal);
    }

    [SuiteTheory]
    [InlineData(10, 0)]
    [InlineData(LogLine.MaxMember - 2, 0)]
    [InlineData(LogLine.MaxMember - 1, 1)]
    [InlineData(9_000_000, 1)]
    public async Task Part_of_any_size_is_read_back_behind_a_long_log(int length, int beside)
    {
        var writer = Start();
        var reason = new string('r', 900_000);
        await writer.AppendAsync(Run, [.. Enumerable.Range(0, 10).Select(second => Event(RunEventNames.StepReady, "a", second: second) with { Reason = reason })]);
        var value = Json(new string('v', length));
        var writes = new RunWrites(Run);
        writes.Append([LogLine.Of(Run, "x-1", 1, value), LogLine.Of(Run, "y-2", 2, "{}"u8.ToArray())]);

        Assert.Equal(writes.All.Count, await writer.Logs.WriteAsync(writes, CancellationToken.None));

        var reader = Start();
        var parts = await reader.Logs.PartsAsync(Run, "x-1", CancellationToken.None);
        Assert.Equal(value, (await reader.Logs.LoadAsync(Run, parts.Find("x-1")!, "It", "Restore it.", CancellationToken.None)).Json.ToArray());
        Assert.Equal(beside, await Open().ListAsync(ContentPrefix.Under("runs", Run.RunId, "outputs")).CountAsync());
        Assert.Equal(2, await reader.Logs.LastAttemptAsync(Run.RunId, CancellationToken.None));
        Assert.Equal(10, (await reader.EventsAsync(Run)).Count);
    }

    [SuiteFact]
    public async Task Of_parts_of_one_name_the_first_of_the_run_counts()
    {
        var writer = Start();
        var other = new RunIdentity(Run.RunId, "another");
        await writer.AppendAsync(Run, Event(RunEventNames.StepReady, "a"));
        foreach (var (run, value) in new[] { (other, "0"), (Run, "1"), (Run, "2"), (other, "3") })
        {
            await writer.Logs.AppendAsync(run, [LogLine.Of(run, "x", 1, Encoding.UTF8.GetBytes(value))], flush: true, CancellationToken.None);
        }

        var found = (await Start().Logs.PartsAsync(Run, "x", CancellationToken.None)).Find("x")!;

        Assert.Equal("1", Encoding.UTF8.GetString((await writer.Logs.LoadAsync(Run, found, "It", "Restore it.", CancellationToken.None)).Json.Span));
    }

    [SuiteTheory]
    [InlineData(true, "It is missing: there is no 'runs/r1/outputs/")]
    [InlineData(false, "its content does not have the hash that is its name")]
    public async Task Value_of_a_part_that_is_gone_or_changed_is_named(bool isGone, string reason)
    {
        var process = Start();
        await process.Logs.AppendAsync(
            Run, [LogLine.Of(Run, "x", 1, Json(new string('v', 70_000)))], flush: true, CancellationToken.None);
        var key = await Open().ListAsync(ContentPrefix.Under("runs", Run.RunId, "outputs")).SingleAsync();
        await (isGone ? (Task)Open().DeleteAsync(key) : Open().PutAsync(key, "\"other\""u8.ToArray()));
        var found = (await process.Logs.PartsAsync(Run, "x", CancellationToken.None)).Find("x")!;

        var problem = await Assert.ThrowsAsync<UnreadableRecordException>(
            () => process.Logs.LoadAsync(Run, found, "It", "Restore it.", CancellationToken.None));

        Assert.Contains(reason, problem.Message, StringComparison.Ordinal);
    }

    [SuiteFact]
    public async Task Log_of_more_than_one_read_is_read_to_its_end()
    {
        var writer = Start();
        for (var number = 0; number < 11; number++)
        {
            var reason = new string((char)('a' + number), 900_000);
            await writer.AddAsync(Run, Checkpoint($"s{number}", number), Event(RunEventNames.StepReady, $"s{number}") with { Reason = reason });
        }

        var reader = Start();
        Assert.Equal(10, (int)(await reader.FindAsync(Run, "s10"))!.Output!);
        Assert.Equal(0, (int)(await reader.FindAsync(Run, "s0"))!.Output!);
        Assert.True(reader.Store.Reads.Count(read => read.Key == Log) >= 2);
        Assert.Equal(33, (await reader.EventsAsync(Run)).Count);
    }

    [SuiteFact]
    public async Task Lines_that_do_not_fit_into_one_append_take_several_of_which_all_but_the_last_are_flushed()
    {
        var process = Start();
        var events = Enumerable.Range(0, 7).Select(number =>
            Event(RunEventNames.StepReady, $"s{number}") with { Reason = new string('r', 900_000) }).ToList();

        await process.Feed.AppendAsync(Run, events, flush: false, CancellationToken.None);

        Assert.Equal([true, false], process.Store.Appends.Select(append => append.Flush));
        Assert.Equal(events.Select(item => $"{item.Event} {item.StepPath} 1-1"), await Start().EventsAsync(Run));
    }

    private static byte[] Json(string text) => JsonSerializer.SerializeToUtf8Bytes(text, WorkflowJson.Compact);

    private static string Json(StepCheckpoint checkpoint) => JsonSerializer.Serialize(checkpoint, WorkflowJson.Compact);
}
