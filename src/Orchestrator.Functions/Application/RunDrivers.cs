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

    /// <summary>The status to show for a stored one: interrupted when the run has not ended and no process drives it.</summary>
    public RunStatus Shown(string runId, int attempt, RunStatus stored) =>
        Undriven(stored) is var undriven && undriven != stored && IsDriven(new RunInput(runId, attempt)) == false ? undriven : stored;

    /// <summary>The record with the status to show. For display only: it must not be stored.</summary>
    public RunRecord Shown(RunRecord record)
    {
        ArgumentNullException.ThrowIfNull(record);
        return record with { Status = Shown(record.RunId, record.Attempt, record.Status) };
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
