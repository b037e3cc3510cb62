namespace Orchestrator.LocalHost.Runtime;

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
