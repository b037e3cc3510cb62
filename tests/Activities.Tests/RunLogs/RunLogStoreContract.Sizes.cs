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

    private static string Json(StepCheckpoint checkpoint) => JsonSerializer.Serialize(checkpoint, WorkflowJson.Compact);
}
