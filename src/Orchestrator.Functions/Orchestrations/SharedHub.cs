using Microsoft.DurableTask;

namespace Orchestrator.Functions.Orchestrations;

/// <summary>
/// Recognizes that a worker without this app's functions took its work: another app, or an older version of this one, uses the same task hub.
/// </summary>
internal static class SharedHub
{
    /// <summary>Part of the Functions host's message for unknown orchestrators and activities.</summary>
    private const string HostMessage = "doesn't exist, is disabled, or is not an";

    private const string Reason =
        "A worker without this app's functions took it, so another app, or an older version of this one, works on the same task hub: "
        + "give each app its own extensions.durableTask.hubName in host.json, then resume the run.";

    /// <summary>A sentence that names the setting to change; null for every other failure.</summary>
    /// <param name="failure">Null when the engine keeps no details.</param>
    /// <param name="output">The output of a failed orchestration, where the Functions host may give the only reason; null when there is none.</param>
    public static string? Explain(TaskFailureDetails? failure, string? output = null)
    {
        if (output?.Contains(HostMessage, StringComparison.Ordinal) == true)
        {
            return Reason;
        }

        for (; failure is not null; failure = failure.InnerFailure)
        {
            // The SDK's workers report the type, the Functions host only a message.
            if (failure.ErrorType is "OrchestratorTaskNotFound" or "ActivityTaskNotFound"
                || failure.ErrorMessage.Contains(HostMessage, StringComparison.Ordinal))
            {
                return Reason;
            }
        }

        return null;
    }
}
