using Orchestrator.Workflows.Definitions;
using Orchestrator.Workflows.Planning;
using Orchestrator.Workflows.Runs;

namespace Orchestrator.Workflows.Resuming;

/// <summary>What became of a step in an attempt of the run, as far as others may build on it.</summary>
/// <param name="Kind">Whether it has an output, was skipped, or neither.</param>
/// <param name="Place">Where the output's record is; default when there is none. Two results are the same when they are the same record.</param>
public readonly record struct StepResult(StepResultKind Kind, CheckpointReference Place)
{
    /// <summary>It has to run.</summary>
    public static StepResult None => default;

    public static StepResult Skipped => new(StepResultKind.Skipped, default);

    public static StepResult Completed(CheckpointReference place) => new(StepResultKind.Completed, place);
}

/// <summary>The kinds of <see cref="StepResult"/>.</summary>
public enum StepResultKind
{
    None,
    Completed,
    Skipped,
}

/// <summary>What the records of a step in one attempt of a run say together, without its texts.</summary>
/// <param name="Result">What became of it.</param>
/// <param name="Attempts">How many attempts have a record.</param>
public sealed record StepEnd(StepResult Result, int Attempts)
{
    /// <summary>How many of them worked, and so took a mock, if there were any.</summary>
    public int Worked { get; init; }

    /// <summary>The dependencies that it could read, by id; null: all.</summary>
    public IReadOnlyList<string>? Consumed { get; init; }

    /// <summary>An answer that went into the output is the simulation's, in the place of the model that was asked.</summary>
    public bool Simulated { get; init; }

    /// <summary>The fallback step whose output it took over, by id; null otherwise.</summary>
    public string? Adopted { get; init; }

    /// <summary>When the output is another one's or a value: what the step failed of.</summary>
    public ErrorKind? Failure { get; init; }

    /// <summary>The value that its rule gave then; null when the output is not such a value.</summary>
    public FallbackDefinition? Fallback { get; init; }
}
