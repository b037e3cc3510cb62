using Microsoft.DurableTask;

namespace Orchestrator.LocalHost.Runtime;

/// <summary>How an exception becomes what the history keeps.</summary>
internal static class Failures
{
    public static TaskFailureDetails Of(Exception failure) => failure switch
    {
        TaskFailedException task => new TaskFailureDetails(task.GetType().ToString(), task.Message, task.StackTrace, task.FailureDetails, null),
        TaskNotFoundException missing => new TaskFailureDetails(missing.ErrorType, missing.Message, null, null, null),
        _ => TaskFailureDetails.FromException(failure),
    };

    /// <summary>
    /// Of an instance that another version began, as the SDK's workers and the Functions host report it. One that was suspended has the property <c>suspended</c>,
    /// since its status tells that no more.
    /// </summary>
    public static TaskFailureDetails OfVersion(string instance, string host, bool isSuspended) => new(
        "VersionMismatch",
        $"The orchestration version '{instance}' does not match the worker version '{host}'.",
        null,
        null,
        isSuspended ? new Dictionary<string, object?> { ["suspended"] = true } : null);
}

/// <summary>No activity or orchestrator of that name is registered. Trying again cannot help.</summary>
internal sealed class TaskNotFoundException : Exception
{
    private TaskNotFoundException(string errorType, string message)
        : base(message) => ErrorType = errorType;

    /// <summary>The type by which the SDK's workers report it.</summary>
    public string ErrorType { get; }

    public static TaskNotFoundException Activity(string name) =>
        new("ActivityTaskNotFound", $"No activity task named '{name}' was found. Register it with the host, or correct the name.");

    public static TaskNotFoundException Orchestrator(string name) =>
        new("OrchestratorTaskNotFound", $"No orchestrator task named '{name}' was found. Register it with the host, or correct the name.");
}
