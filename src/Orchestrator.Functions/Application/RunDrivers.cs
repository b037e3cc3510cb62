using Orchestrator.Activities.Records;
using Orchestrator.Activities.RunLogs;
using Orchestrator.Activities.Runs;
using Orchestrator.Functions.Orchestrations;
using Orchestrator.Workflows.Runs;

namespace Orchestrator.Functions.Application;

/// <summary>
/// Finds the processes that drive runs, and continues runs whose process has ended. The record does not show that: a killed process writes nothing.
/// Thread-safe.
/// </summary>
/// <param name="IsDriven">Whether a process drives the attempt; null where that cannot be determined.</param>
public sealed record RunDrivers(Func<RunInput, bool?> IsDriven)
{
    /// <summary>For hosts that drive every run themselves: nothing can be determined, and nothing is to be done.</summary>
    public static RunDrivers Unknown { get; } = new(_ => null);

    /// <summary>
    /// Continues an attempt that no process drives in this process. Does nothing when the attempt has ended, or another process has continued it.
    /// </summary>
    public Func<RunInput, CancellationToken, Task> ContinueAsync { get; init; } = static (_, _) => Task.CompletedTask;

    /// <summary>
    /// Whether another version of orchestrator began the attempt, so that continuing it executes nothing and interrupts the run. False where that
    /// cannot be determined.
    /// </summary>
    public Func<RunInput, CancellationToken, Task<bool>> IsOfAnotherVersionAsync { get; init; } = static (_, _) => Task.FromResult(false);

    /// <summary>
    /// The process that drives the attempt and did not respond to this one's last request, because it is stopped or hangs; null when it responded,
    /// when there was no request, and where that cannot be determined.
    /// </summary>
    public Func<RunInput, DriverProcess?> FindUnresponsive { get; init; } = static _ => null;

    /// <summary>
    /// What a failure to read an orchestration says about its history, one of the texts of <see cref="RunHistory"/>; null when it says nothing about
    /// the history itself, so that a later read may succeed.
    /// </summary>
    public Func<Exception, string?> FindHistoryProblem { get; init; } = static _ => null;

    /// <summary>The record with the status to show: interrupted when the run has not ended and no process drives it.</summary>
    /// <param name="record">
    /// It is read again when no process drives the run: a run that ends between the read of its record and this call is driven no more, either.
    /// </param>
    /// <returns>For display only: it must not be stored.</returns>
    /// <exception cref="UnreadableRecordException">The record cannot be read any more.</exception>
    public async Task<RunRecord> ShownAsync(RunStore runs, RunRecord record, CancellationToken cancellationToken)
    {
        ArgumentNullException.ThrowIfNull(runs);
        ArgumentNullException.ThrowIfNull(record);
        while (Shown(record) is var shown && shown.Status != record.Status)
        {
            if (await runs.FindAsync(record.RunId, cancellationToken) is not { } now
                || (now.Identity, now.Attempt, now.HasEnded) == (record.Identity, record.Attempt, record.HasEnded))
            {
                return shown;
            }

            record = now;
        }

        return record;
    }

    /// <summary>Like <see cref="ShownAsync"/>, for a record that was read after no process drove its run.</summary>
    public RunRecord Shown(RunRecord record)
    {
        ArgumentNullException.ThrowIfNull(record);
        var undriven = Undriven(record.Status);
        return undriven != record.Status && IsDriven(new RunInput(record.RunId, record.Attempt)) == false
            ? record with { Status = undriven }
            : record;
    }

    /// <summary>Refuses what only a process that drives the run can do.</summary>
    /// <param name="record">A run that has not ended.</param>
    /// <exception cref="RunStateException">No process drives it.</exception>
    public void CheckDriven(RunRecord record)
    {
        ArgumentNullException.ThrowIfNull(record);
        if (record.IsUpgraded || IsDriven(new RunInput(record.RunId, record.Attempt)) == false)
        {
            throw RunStateException.NotDriven(record);
        }
    }

    /// <summary>The status of a run that no process drives.</summary>
    internal static RunStatus Undriven(RunStatus stored) => stored is RunStatus.Pending or RunStatus.Running ? RunStatus.Interrupted : stored;
}

/// <summary>A process that drives a run. Immutable.</summary>
/// <param name="Name">For messages, for example <c>process 12 on host 'a' since …</c>.</param>
/// <param name="EndCommand">The command that ends the process, in quotes.</param>
public sealed record DriverProcess(string Name, string EndCommand);
