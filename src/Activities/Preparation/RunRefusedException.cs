using Orchestrator.Workflows.Runs;

namespace Orchestrator.Activities.Preparation;

/// <summary>A run cannot start as asked. Nothing was written; every reason is named.</summary>
public sealed class RunRefusedException : Exception
{
    public RunRefusedException(IReadOnlyList<WorkflowError> reasons)
        : base(string.Join(" ", reasons.Select(reason => reason.Message)))
    {
        Reasons = reasons;
    }

    /// <summary>All reasons, at least one.</summary>
    public IReadOnlyList<WorkflowError> Reasons { get; }
}
