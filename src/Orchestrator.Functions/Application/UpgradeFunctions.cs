using Microsoft.Azure.Functions.Worker;
using Microsoft.DurableTask.Client;
using Orchestrator.Activities.Runs;

namespace Orchestrator.Functions.Application;

/// <summary>Goes on with interrupted runs in Azure after an upgrade or a rollback; <c>serve</c> does so itself. Thread-safe.</summary>
public sealed class UpgradeFunctions(UpgradedRuns upgraded)
{
    /// <summary>
    /// Every <see cref="UpgradeTimer.Interval"/>. The host also fires a timer that is past due when the app starts. Running on every start instead would run it on each instance
    /// that is scaled out.
    /// </summary>
    public const string Schedule = "0 */5 * * * *";

    /// <summary>Resumes runs that another version of the app began. It may be called twice at once and be cut off: the next call finds the rest.</summary>
    [Function("ResumeUpgradedRuns")]
    public Task ResumeAsync([TimerTrigger(Schedule)] TimerInfo timer, [DurableClient] DurableTaskClient client, CancellationToken cancellationToken) =>
        upgraded.ResumeAsync(client, cancellationToken);
}
