using Microsoft.Azure.Functions.Worker;
using Microsoft.DurableTask.Client;
using Orchestrator.Activities.Retention;
using Orchestrator.Activities.Runs;

namespace Orchestrator.Functions.Application;

/// <summary>
/// Periodic work in Azure, where the app does not run all the time; <c>orchestrator serve</c> has its own timers. Each function may run twice at once
/// and may be interrupted: the next run does the rest. Thread-safe.
/// </summary>
public sealed class TimerFunctions(RetentionTimer retention, RunPruner pruner, UpgradedRuns upgraded)
{
    /// <summary>Every <see cref="RetentionTimer.Interval"/>: at 0, 6, 12 and 18 o'clock UTC.</summary>
    public const string PruneSchedule = "0 0 */6 * * *";

    /// <summary>
    /// Every <see cref="UpgradeTimer.Interval"/>. The host also fires a timer that is past due when the app starts. To run it on every start instead
    /// would run it on each instance that is scaled out.
    /// </summary>
    public const string UpgradeSchedule = "0 */5 * * * *";

    /// <summary>Deletes what <see cref="RetentionOptions"/> allow.</summary>
    [Function("PruneRuns")]
    public Task PruneAsync(
        [TimerTrigger(PruneSchedule)] TimerInfo timer, [DurableClient] DurableTaskClient client, CancellationToken cancellationToken) =>
        retention.RunOnceAsync((before, token) => pruner.PruneAsync(client, before, token), cancellationToken);

    /// <summary>Resumes runs that another version of the app began, after an upgrade or a rollback.</summary>
    [Function("ResumeUpgradedRuns")]
    public Task ResumeAsync(
        [TimerTrigger(UpgradeSchedule)] TimerInfo timer, [DurableClient] DurableTaskClient client, CancellationToken cancellationToken) =>
        upgraded.ResumeAsync(client, cancellationToken);
}
