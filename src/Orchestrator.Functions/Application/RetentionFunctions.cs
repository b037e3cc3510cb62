using Microsoft.Azure.Functions.Worker;
using Microsoft.DurableTask.Client;
using Orchestrator.Activities.Retention;

namespace Orchestrator.Functions.Application;

/// <summary>Prunes in Azure, where the app does not run all the time; <c>serve</c> has a timer of its own. Thread-safe.</summary>
public sealed class RetentionFunctions(RetentionTimer retention, RunPruner pruner)
{
    /// <summary>Every <see cref="RetentionTimer.Interval"/>: at 0, 6, 12 and 18 o'clock UTC.</summary>
    public const string Schedule = "0 0 */6 * * *";

    /// <summary>Deletes what <see cref="RetentionOptions"/> say. It may be called twice at once and be cut off: what is deleted is only checked again.</summary>
    [Function("PruneRuns")]
    public Task PruneAsync([TimerTrigger(Schedule)] TimerInfo timer, [DurableClient] DurableTaskClient client, CancellationToken cancellationToken) =>
        retention.RunOnceAsync((before, token) => pruner.PruneAsync(client, before, token), cancellationToken);
}
