using Orchestrator.Workflows.Runs;

namespace Orchestrator.Activities.Errors;

/// <summary>A failure that the workflow, not the program, has to deal with: the executor of a step turns it into an outcome.</summary>
public abstract class WorkflowErrorException(WorkflowError error, Exception? innerException = null)
    : Exception(error.Message, innerException)
{
    /// <summary>The failure as the outcome will carry it; step and attempt are added by the caller.</summary>
    public WorkflowError Error { get; } = error;
}
