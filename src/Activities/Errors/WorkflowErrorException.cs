using Orchestrator.Workflows.Runs;

namespace Orchestrator.Activities.Errors;

/// <summary>An error that the workflow handles: the step executor turns it into the outcome of the step.</summary>
public abstract class WorkflowErrorException(WorkflowError error, Exception? innerException = null)
    : Exception(error.Message, innerException)
{
    /// <summary>The error for the outcome; the caller adds step and attempt.</summary>
    public WorkflowError Error { get; } = error;
}
