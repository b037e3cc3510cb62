using Orchestrator.Activities.Runs;
using Orchestrator.Workflows.Runs;
using Orchestrator.Workflows.Serialization;

namespace Orchestrator.Functions.Application;

/// <summary>The state of a run does not allow what was requested. Nothing was changed, unless the message says what was.</summary>
/// <param name="message">Names the state, and says what can be done.</param>
/// <param name="status">The status to show.</param>
public sealed class RunStateException(string message, RunStatus status) : Exception(message)
{
    /// <summary>The status of the run when the request was refused.</summary>
    public RunStatus Status { get; } = status;

    /// <summary>The refusal to continue from a run of which nothing was started: its process ended while it wrote the run down.</summary>
    public static RunStateException NothingStarted(RunRecord record)
    {
        ArgumentNullException.ThrowIfNull(record);
        return new RunStateException(
            $"Nothing of run '{record.RunId}' was started: its process ended while it wrote the run down. Start its workflow again"
            + $"{(record.HasEnded ? "" : $"; 'orchestrator runs cancel {record.RunId}' ends this run")}.",
            record.Status);
    }

    /// <summary>The refusal of what only a process that drives the run can do.</summary>
    /// <param name="record">A run that has not ended.</param>
    public static RunStateException NotDriven(RunRecord record)
    {
        ArgumentNullException.ThrowIfNull(record);
        var (id, status) = (record.RunId, RunDrivers.Undriven(record.Status));
        var command = status == RunStatus.Suspended ? "runs continue" : "resume";
        return new RunStateException(
            $"No process works on run '{id}', which is {EnumNames.Of(status)}, so nothing was changed. "
            + (Unreadable(record) ?? $"'orchestrator {command} {id}' goes on with it, 'orchestrator runs cancel {id}' ends it."),
            status);
    }

    /// <summary>The refusal to delete a run that has not ended.</summary>
    /// <param name="record">With the status to show.</param>
    /// <param name="driver">The process that works on it, in words; null when there is none, and where that cannot be determined.</param>
    public static RunStateException StillOpen(RunRecord record, string? driver)
    {
        ArgumentNullException.ThrowIfNull(record);
        var (id, works) = (record.RunId, driver is null ? "" : $"; the {driver} works on it");
        return new RunStateException(
            record.Status == RunStatus.Interrupted
                ? $"Run '{id}' is interrupted: no process works on it. "
                    + (Unreadable(record) is { } problem
                        ? $"{problem} An ended run can be deleted; "
                        : $"'orchestrator resume {id}' goes on with it; 'orchestrator runs cancel {id}' ends it, then it can be deleted; ")
                    + $"'orchestrator runs delete {id} --force' deletes it now."
                : $"Run '{id}' is {EnumNames.Of(record.Status)}{works}: cancel it before it is deleted ('orchestrator runs cancel {id}'). "
                    + $"If it cannot end any more: 'orchestrator runs delete {id} --force'.",
            record.Status);
    }

    /// <summary>Why the orchestration of an open run cannot be read, with what can be done; null when it can.</summary>
    private static string? Unreadable(RunRecord record) => record.IsUpgraded ? null : record.Error?.Message;

    /// <summary>The refusal to suspend a run that is suspended.</summary>
    public static RunStateException SuspendedAlready(string runId) => new($"Run '{runId}' is suspended already.", RunStatus.Suspended);

    /// <summary>The refusal to resume a suspended run.</summary>
    public static RunStateException NotResumedWhileSuspended(string runId) =>
        new($"Run '{runId}' is suspended: 'orchestrator runs continue {runId}' lets it go on.", RunStatus.Suspended);

    /// <summary>The refusal to resume a completed run.</summary>
    public static RunStateException NothingToResume(string runId) => new(
        $"Run '{runId}' has completed, so there is nothing to resume. To run parts of it again: 'orchestrator resume {runId} --fork --from STEP'; "
        + $"all of it: 'orchestrator runs restart {runId}'.",
        RunStatus.Completed);
}
