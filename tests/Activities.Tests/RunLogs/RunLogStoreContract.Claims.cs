using Orchestrator.Activities.RunLogs;
using Orchestrator.Testing.Azurite;
using Orchestrator.Workflows.Runs;
using static Orchestrator.Activities.Tests.RunLogs.LogProcess;

namespace Orchestrator.Activities.Tests.RunLogs;

/// <content>The start of the work takes an attempt: the order of the log decides.</content>
public abstract partial class RunLogStoreContract
{
    [SuiteFact]
    public async Task Of_many_processes_that_begin_an_attempt_at_once_one_has_it()
    {
        var processes = Enumerable.Range(0, 6).Select(_ => Start()).ToList();

        var begun = await Task.WhenAll(processes.Select((process, number) => BeginAsync(process, $"w{number}")));

        Assert.Equal(0, Assert.Single(begun, earlier => earlier is not null));
        Assert.Equal(["step.started a 1-1"], await Start().EventsAsync(Run));
        foreach (var process in processes)
        {
            Assert.Equal($"w{begun.ToList().FindIndex(earlier => earlier is not null)}", await HolderAsync(process));
        }
    }

    [SuiteFact]
    public async Task Attempt_is_taken_over_from_the_execution_that_has_it_and_from_no_other()
    {
        var (one, other) = (Start(), Start());
        Assert.Equal(0, await BeginAsync(one, "gone"));

        Assert.Null(await BeginAsync(other, "late", after: "another"));
        Assert.Equal(1, await BeginAsync(other, "second", after: "gone"));
        Assert.Null(await BeginAsync(one, "third", after: "gone"));

        Assert.Equal("second", await HolderAsync(one));
        Assert.Equal(["step.started a 1-1", "step.started a 1-1"], await Start().EventsAsync(Run));
    }

    [SuiteFact]
    public async Task Attempt_that_was_given_up_is_free_and_the_start_still_counts()
    {
        var (one, other) = (Start(), Start());
        await BeginAsync(one, "stopped");

        await one.Logs.AppendAsync(Run, [LogLine.OfRelease(Run, StepEvents.Started(Call("a"), At), "stopped")], flush: true, CancellationToken.None);

        Assert.Null(await HolderAsync(other));
        Assert.Equal(1, await BeginAsync(other, "next"));
        Assert.Equal(["step.started a 1-1", "step.started a 1-1"], await Start().EventsAsync(Run));
    }

    [SuiteFact]
    public async Task End_without_work_does_not_count_while_another_execution_works()
    {
        var (one, other) = (Start(), Start());
        await other.FindAsync(Run, "a");
        await BeginAsync(one, "works");

        var cancelled = Checkpoint("a", null) with { Status = StepStatus.Cancelled, Reason = "cancel", WithoutWork = true };
        Assert.Equal((null, false), await EndAsync(other, cancelled, after: null));
        Assert.Null(await Start().FindAsync(Run, "a"));

        // Taken over: its process is gone.
        Assert.True((await EndAsync(other, cancelled, after: "works")).IsNew);
        Assert.Equal(StepStatus.Cancelled, (await one.FindAsync(Run, "a"))!.Status);
    }

    private static Task<int?> BeginAsync(LogProcess process, string writer, string? after = null) => process.Checkpoints.BeginAsync(
        Run, 0, [], StepEvents.Started(Call("a"), At), writer, after, CancellationToken.None);

    private static Task<(Checkpoints.StepCheckpoint? Stored, bool IsNew)> EndAsync(LogProcess process, Checkpoints.StepCheckpoint checkpoint, string? after) =>
        process.Checkpoints.AddAsync(
            Run, [], RunEventNames.StepCancelled, checkpoint, process.Checkpoints.NewWriter(), texts: 0, CancellationToken.None, after);

    private static async Task<string?> HolderAsync(LogProcess process) =>
        (await process.Logs.IndexAsync(Run, isCurrent: true, CancellationToken.None)).HolderOf(new AttemptKey(1, "a", 1));
}
