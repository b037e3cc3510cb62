using Orchestrator.Workflows.Planning;

namespace Orchestrator.Workflows.Resuming;

/// <summary>The result of a step in an attempt of a run. Two results are equal when they are in the same record.</summary>
/// <param name="Kind">Whether the step has an output, was skipped, or neither.</param>
/// <param name="Place">The record that has the output; default when there is none.</param>
public readonly record struct StepResult(StepResultKind Kind, CheckpointReference Place)
{
    /// <summary>No result: the step has to be executed.</summary>
    public static StepResult None => default;

    /// <summary>The step was skipped.</summary>
    public static StepResult Skipped => new(StepResultKind.Skipped, default);

    /// <summary>The step has an output.</summary>
    /// <param name="place">The record that has it.</param>
    public static StepResult Completed(CheckpointReference place) => new(StepResultKind.Completed, place);
}

/// <summary>The kinds of <see cref="StepResult"/>.</summary>
public enum StepResultKind
{
    /// <summary>No result.</summary>
    None,

    /// <summary>An output.</summary>
    Completed,

    /// <summary>Skipped: no output, and none will come.</summary>
    Skipped,
}
