using Orchestrator.Activities.Checkpoints;
using Orchestrator.Storage;

namespace Orchestrator.Activities.Execution;

/// <summary>An attempt was worked on, but its record could not be written for too long: what it cost is lost.</summary>
public sealed class AttemptLostException(ExecuteStepInput call, ContentStoreException cause)
    : Exception($"it was worked on, but its record could not be written, so that what it cost is lost: {cause.Message}", cause)
{
    public string StepId { get; } = call.StepId;

    public int Attempt { get; } = call.Attempt;
}
