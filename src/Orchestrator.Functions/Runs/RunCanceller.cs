using Microsoft.DurableTask.Client;
using Orchestrator.Activities.Runs;
using Orchestrator.Functions.Orchestrations;
using Orchestrator.Workflows.Scheduling;

namespace Orchestrator.Functions.Runs;

/// <summary>Cancels runs: executing steps are told through the store, the orchestrator by an event. Thread-safe.</summary>
public sealed class RunCanceller(RunControl control)
{
    /// <summary>Asks for the run to be cancelled; it ends when its executing steps have ended.</summary>
    public async Task CancelAsync(DurableTaskClient client, RunInput run, CancellationToken cancellationToken)
    {
        ArgumentNullException.ThrowIfNull(client);
        ArgumentNullException.ThrowIfNull(run);
        await control.CancelAsync(run.RunId, run.RunAttempt, StepReason.Cancel, cancellationToken);
        await client.RaiseEventAsync(run.InstanceId, FunctionNames.CancelEvent, cancellation: cancellationToken);
    }
}
