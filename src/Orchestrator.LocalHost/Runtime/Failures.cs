using Microsoft.DurableTask;

namespace Orchestrator.LocalHost.Runtime;

/// <summary>Converts exceptions to the failure details that histories record.</summary>
internal static class Failures
{
    public static TaskFailureDetails Of(Exception exception) => exception switch
    {
        TaskFailedException task => new TaskFailureDetails(task.GetType().ToString(), task.Message, task.StackTrace, task.FailureDetails, null),
        TaskNotFoundException missing => new TaskFailureDetails(missing.ErrorType, missing.Message, null, null, null),
        _ => TaskFailureDetails.FromException(exception),
    };

    /// <summary>
    /// The failure of an instance of another version, as the SDK's workers and the Functions host report it. It has the property <c>suspended</c> for
    /// an instance that was suspended.
    /// </summary>
    public static TaskFailureDetails OfVersion(string instance, string host, bool isSuspended) => new(
        "VersionMismatch",
        $"The orchestration version '{instance}' does not match the worker version '{host}'.",
        null,
        null,
        isSuspended ? new Dictionary<string, object?> { ["suspended"] = true } : null);
}

/// <summary>No activity or orchestrator of the name is registered. A retry cannot succeed.</summary>
internal sealed class TaskNotFoundException : Exception
{
    private TaskNotFoundException(string errorType, string message)
        : base(message) => ErrorType = errorType;

    /// <summary>The error type that the SDK's workers report.</summary>
    public string ErrorType { get; }

    public static TaskNotFoundException Activity(string name) =>
        new("ActivityTaskNotFound", $"No activity task named '{name}' was found. Register it with the host, or correct the name.");

    public static TaskNotFoundException Orchestrator(string name) =>
        new("OrchestratorTaskNotFound", $"No orchestrator task named '{name}' was found. Register it with the host, or correct the name.");
}
