using Orchestrator.Activities.Errors;
using Orchestrator.Workflows.Runs;

namespace Orchestrator.Activities.Tools;

/// <summary>A tool failed. The executor of the step turns it into an outcome.</summary>
public sealed class ToolException(WorkflowError error, Exception? innerException = null) : WorkflowErrorException(error, innerException)
{
    /// <param name="kind">Decides whether trying again may help, too.</param>
    /// <param name="message">One sentence for the user: what went wrong and what to do. Without values of secrets.</param>
    public ToolException(ErrorKind kind, string message, Exception? innerException = null)
        : this(new WorkflowError(kind, message) { Retryable = WorkflowError.IsTransient(kind) }, innerException)
    {
    }
}
