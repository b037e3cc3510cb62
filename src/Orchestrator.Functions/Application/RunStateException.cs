using Orchestrator.Workflows.Runs;

namespace Orchestrator.Functions.Application;

/// <summary>What was asked for does not fit the state of the run. Nothing was changed.</summary>
/// <param name="message">One sentence that names the state and says what would fit.</param>
public sealed class RunStateException(string message, RunStatus status) : Exception(message)
{
    public RunStatus Status { get; } = status;
}
