using System.Text.Json;
using Orchestrator.Activities.Runs;
using Orchestrator.Functions.Orchestrations;
using Orchestrator.Workflows.Runs;

namespace Orchestrator.Functions.Application;

/// <summary>
/// Distinguishes runs that a process drives from those whose process has ended, and goes on with the latter. The record cannot tell: a killed process writes nothing.
/// Thread-safe.
/// </summary>
/// <param name="IsDriven">Whether a process drives the attempt; null where that cannot be told.</param>
public sealed record RunDrivers(Func<RunInput, bool?> IsDriven)
{
    /// <summary>For hosts that drive every run themselves.</summary>
    public static RunDrivers Unknown { get; } = new(_ => null);

    /// <summary>Goes on in this process with an attempt that no process drives; changes nothing when it has ended, or another was faster.</summary>
    public Func<RunInput, CancellationToken, Task> GoOnAsync { get; init; } = static (_, _) => Task.CompletedTask;

    /// <summary>
    /// The process that drives the attempt and did not answer the last request that this one made of it, since it is stopped or hangs; null when it did, none
    /// was made, and where that cannot be told.
    /// </summary>
    public Func<RunInput, DriverProcess?> FindUnresponsive { get; init; } = static _ => null;

    /// <summary>The status to show for one that is stored.</summary>
    public RunStatus Shown(string runId, int attempt, RunStatus stored) =>
        Undriven(stored) is var undriven && undriven != stored && IsDriven(new RunInput(runId, attempt)) == false ? undriven : stored;

    /// <summary>The record with the status to show. It must not be stored.</summary>
    public RunRecord Shown(RunRecord record)
    {
        ArgumentNullException.ThrowIfNull(record);
        return record with { Status = Shown(record.RunId, record.Attempt, record.Status) };
    }

    /// <summary>Refuses what only a process that drives the run can do.</summary>
    /// <param name="record">The run, which has not ended.</param>
    /// <exception cref="RunStateException">No process drives it.</exception>
    public void CheckDriven(RunRecord record)
    {
        ArgumentNullException.ThrowIfNull(record);
        if (record.IsUpgraded || IsDriven(new RunInput(record.RunId, record.Attempt)) == false)
        {
            throw NotDriven(record);
        }
    }

    /// <summary>The refusal of what only a process that drives the run can do: it names the commands that go on with it and that end it.</summary>
    public static RunStateException NotDriven(RunRecord record)
    {
        ArgumentNullException.ThrowIfNull(record);
        var (id, status) = (record.RunId, Undriven(record.Status));
        return new RunStateException(
            $"No process works on run '{id}', which is {JsonNamingPolicy.CamelCase.ConvertName(status.ToString())}, so nothing was changed. "
            + $"'orchestrator {(status == RunStatus.Suspended ? "runs continue" : "resume")} {id}' goes on with it, 'orchestrator runs cancel {id}' ends it.",
            status);
    }

    private static RunStatus Undriven(RunStatus stored) => stored is RunStatus.Pending or RunStatus.Running ? RunStatus.Interrupted : stored;
}
