using Orchestrator.Activities.Runs;
using Orchestrator.Functions.Orchestrations;
using Orchestrator.Workflows.Runs;

namespace Orchestrator.Functions.Runs;

/// <summary>
/// Tells runs that a process drives from those that have lost theirs, and goes on with these. The record of a run cannot tell: who is killed writes nothing.
/// Thread-safe.
/// </summary>
/// <param name="IsDriven">Whether a process drives the attempt; null where that cannot be told.</param>
public sealed record RunDrivers(Func<RunInput, bool?> IsDriven)
{
    /// <summary>Where the host sees to it that every run is driven.</summary>
    public static RunDrivers Unknown { get; } = new(_ => null);

    /// <summary>Goes on in this process with an attempt that no process drives; changes nothing when it has ended, or another was faster.</summary>
    public Func<RunInput, CancellationToken, Task> GoOnAsync { get; init; } = static (_, _) => Task.CompletedTask;

    /// <summary>The status to show for one that is stored.</summary>
    public RunStatus Shown(string runId, int attempt, RunStatus stored) =>
        stored is RunStatus.Pending or RunStatus.Running && IsDriven(new RunInput(runId, attempt)) == false ? RunStatus.Interrupted : stored;

    /// <summary>The record with the status to show. It must not be stored.</summary>
    public RunRecord Shown(RunRecord record)
    {
        ArgumentNullException.ThrowIfNull(record);
        return record with { Status = Shown(record.RunId, record.Attempt, record.Status) };
    }
}
