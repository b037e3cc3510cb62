using Orchestrator.Workflows.Runs;

namespace Orchestrator.Activities.Models;

/// <summary>The name of a model carries an option that cannot be used.</summary>
/// <param name="part">The part that is wrong, as it was written.</param>
public sealed class ModelOptionException(string part, string message) : ModelException(new WorkflowError(ErrorKind.InvalidInput, message))
{
    public string Part { get; } = part;
}
