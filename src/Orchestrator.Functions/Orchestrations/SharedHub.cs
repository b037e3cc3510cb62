using Microsoft.DurableTask;

namespace Orchestrator.Functions.Orchestrations;

/// <summary>What it means that a worker has no function of a name that this app has: the worker is another app's, which works on the same task hub.</summary>
internal static class SharedHub
{
    /// <summary>How the Functions host says it, of orchestrators and activities.</summary>
    private const string HostSays = "doesn't exist, is disabled, or is not an";

    private const string Reason =
        "A worker without this app's functions took it, so another app, or an older version of this one, works on the same task hub: give each app its own extensions.durableTask.hubName in host.json, then resume the run.";

    /// <summary>A sentence that names the setting; null when the failure is another one.</summary>
    /// <param name="output">What a failed orchestration answered: the Functions host may have its reason there only.</param>
    public static string? Explain(TaskFailureDetails? failure, string? output = null)
    {
        if (output?.Contains(HostSays, StringComparison.Ordinal) == true)
        {
            return Reason;
        }

        for (; failure is not null; failure = failure.InnerFailure)
        {
            // The SDK's workers report the type, the host's own only a message.
            if (failure.ErrorType is "OrchestratorTaskNotFound" or "ActivityTaskNotFound" || failure.ErrorMessage.Contains(HostSays, StringComparison.Ordinal))
            {
                return Reason;
            }
        }

        return null;
    }
}
