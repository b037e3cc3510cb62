using Orchestrator.Activities.RunLogs;
using Orchestrator.Storage;
using Orchestrator.Workflows.Runs;
using static Orchestrator.Activities.Tests.RunLogs.LogProcess;

namespace Orchestrator.Activities.Tests.RunLogs;

/// <summary>What readers see of the records: each attempt once, its start before its end.</summary>
public sealed class LogEventsTests
{
    private static readonly RunIdentity Run = new("r1", "s");

    [Fact]
    public void Start_that_was_lost_or_comes_late_is_told_before_the_end()
    {
        var item = Checkpoint("a") with { ReadyAt = At.AddSeconds(-2) };

        var events = Read(Ended(item), LogLine.Of(Run, Event(RunEventNames.StepStarted, "a")));

        Assert.Equal([RunEventNames.StepStarted, RunEventNames.StepCompleted], events.Select(one => one.Event));
        Assert.Equal((item.StartedAt, 2_000, 1, 1), (events[0].At, events[0].QueuedMs, events[0].RunAttempt, events[0].Attempt));
    }

    [Fact]
    public void Start_that_comes_before_the_end_is_told_once()
    {
        var started = Event(RunEventNames.StepStarted, "a", second: -1);

        var events = Read(LogLine.Of(Run, started), Ended(Checkpoint("a")));

        Assert.Equal([started.At, At.AddSeconds(1)], events.Select(item => item.At));
    }

    [Fact]
    public void Attempt_without_work_has_no_start()
    {
        var events = Read(
            Ended(Checkpoint("a") with { WithoutWork = true }), Ended(Checkpoint("b") with { Status = StepStatus.Skipped }, RunEventNames.StepSkipped));

        Assert.Equal([RunEventNames.StepCompleted, RunEventNames.StepSkipped], events.Select(item => item.Event));
    }

    [Fact]
    public void Second_record_of_an_attempt_and_a_copied_one_are_no_events()
    {
        var events = Read(
            LogLine.Of(Run, null, Checkpoint("copied", runAttempt: 0), "w0"),
            Ended(Checkpoint("a")),
            Ended(Checkpoint("a") with { Status = StepStatus.Failed }, RunEventNames.StepFailed),
            Ended(Checkpoint("a", attempt: 2)));

        Assert.Equal(
            ["step.started 1", "step.completed 1", "step.started 2", "step.completed 2"], events.Select(item => $"{item.Event} {item.Attempt}"));
    }

    private static LogLine Ended(Checkpoints.StepCheckpoint checkpoint, string name = RunEventNames.StepCompleted) =>
        LogLine.Of(Run, name, checkpoint, "w");

    private static List<RunEvent> Read(params IEnumerable<LogLine> lines) =>
        [.. new LogEvents(Run).Of(LogPage.Of(GroupCommit.Join(lines.Select(line => line.Bytes).ToList()), 0))];
}
