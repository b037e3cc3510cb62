using Orchestrator.Storage;

namespace Orchestrator.Activities.Tests.RunLogs;

/// <summary>The log in stores whose appends a crash can interrupt.</summary>
public abstract class TornRunLogContract : RunLogStoreContract
{
    [Fact]
    public async Task Incomplete_last_line_is_ignored_and_gives_way_to_the_next_append()
    {
        var (killed, running) = (Start(), Start());
        await killed.AddAsync(Run, LogProcess.Checkpoint("a", "A"));
        await killed.AddAsync(Run, LogProcess.Checkpoint("b", "B"));
        var whole = (await Open().ReadFromAsync(Log, 0))!.Bytes;
        var first = whole.Span.IndexOf((byte)'\n') + 1;
        await Open().DeleteAsync(Log);
        await Open().AppendAsync(Log, whole[..^20]);

        Assert.Equal("A", (string?)(await running.FindAsync(Run, "a"))!.Output);
        Assert.Null(await running.FindAsync(Run, "b"));
        Assert.Null(await running.Checkpoints.FindToExecuteAsync(LogProcess.Call("b"), 0, CancellationToken.None));
        Assert.Equal(first, (await IndexAsync(running)).Position);
        Assert.Equal(["step.started a 1-1", "step.completed a 1-1"], await running.EventsAsync(Run));

        var (stored, isNew) = await running.AddAsync(Run, LogProcess.Checkpoint("b", "again"));
        Assert.Equal(("again", true), ((string?)stored.Output, isNew));
        Assert.Equal("again", (string?)(await Start().FindAsync(Run, "b"))!.Output);
        Assert.Equal(2, (await LinesAsync()).Length);
        Assert.Empty((await IndexAsync(Start())).Flaws);
    }
}
