using System.Text.Json.Nodes;
using Orchestrator.Activities.Records;
using Orchestrator.Activities.RunLogs;
using Orchestrator.Activities.Runs;
using Orchestrator.Storage;
using Orchestrator.Workflows.Runs;
using static Orchestrator.Activities.Tests.RunLogs.LogProcess;

namespace Orchestrator.Activities.Tests.RunLogs;

/// <summary>What a step reads of the steps before it is in memory, and the same as in the log.</summary>
public sealed class KeptCheckpointsTests
{
    private static readonly RunIdentity Run = new("r1", "s");

    [Fact]
    public void Oldest_leave_when_there_are_too_many_bytes()
    {
        var kept = new KeptCheckpoints(maxBytes: 100);

        var (first, second, third) = (kept.Keep(Checkpoint("a"), 50), kept.Keep(Checkpoint("b"), 50), kept.Keep(Checkpoint("c"), 10));

        Assert.Null(first.Value);
        Assert.Equal(("b", "c"), (second.Value?.StepId, third.Value?.StepId));
        Assert.Null(kept.Keep(Checkpoint("d"), 101).Value);
        Assert.Equal((null, null), (second.Value, third.Value));
    }

    [Theory]
    [InlineData("\"text\"")]
    [InlineData("5")]
    [InlineData("{\"a\":[1.0,null]}")]
    public async Task Written_checkpoint_is_read_from_memory_as_from_the_log(string output)
    {
        using var process = await ProcessAsync();
        var made = JsonNode.Parse(output) is JsonValue value && value.TryGetValue<int>(out var number) ? JsonValue.Create(number) : JsonNode.Parse(output);
        await process.Checkpoints.CreateAsync(Run, RunEventNames.StepCompleted, Checkpoint("a", made), CancellationToken.None);
        using var other = new LogProcess(process.Store);
        var reads = process.Store.Reads.Count;

        var mine = await process.Checkpoints.FindCompletedAsync(Run, "a", 1, CancellationToken.None);

        Assert.Equal(reads, process.Store.Reads.Count);
        var theirs = await other.Checkpoints.FindCompletedAsync(Run, "a", 1, CancellationToken.None);
        Assert.True(JsonNode.DeepEquals(mine!.Output, theirs!.Output));
        Assert.Equal(theirs.Output is JsonValue read && read.TryGetValue<decimal>(out _), mine.Output is JsonValue kept && kept.TryGetValue<decimal>(out _));
    }

    [Fact]
    public async Task Half_a_surrogate_pair_is_read_as_it_was_written()
    {
        using var process = await ProcessAsync();
        await process.Checkpoints.CreateAsync(Run, RunEventNames.StepCompleted, Checkpoint("a", "half \ud800"), CancellationToken.None);

        Assert.Equal("half \ufffd", (string?)(await process.Checkpoints.FindCompletedAsync(Run, "a", 1, CancellationToken.None))!.Output);
    }

    private static async Task<LogProcess> ProcessAsync()
    {
        var store = new MemoryContentStore();
        var record = new RunRecord { RunId = "r1", Stamp = "s", Workflow = "w", DefinitionHash = "h", CreatedAt = At };
        await store.CreateAsync(RunKeys.Record("r1"), JsonContent.Bytes(record));
        var process = new LogProcess(store, isShared: false);
        await process.Logs.ExecutingAsync(Run, 1, CancellationToken.None);
        return process;
    }
}
