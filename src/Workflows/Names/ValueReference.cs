namespace Orchestrator.Workflows.Names;

/// <summary>What a path refers to in a given workflow. Immutable.</summary>
/// <param name="Input">The name of the input or the secret; null for other kinds.</param>
/// <param name="Steps">Positions of the steps it refers to, in definition order: all that write an output key; empty for kinds that refer to
/// none.</param>
/// <param name="Consumed">Number of segments of the path that name the value; the rest selects a part of it.</param>
public readonly record struct ValueReference(ReferenceKind Kind, string? Input, IReadOnlyList<int> Steps, int Consumed)
{
    /// <summary>
    /// Whether the name is both an output key and the id of the step that writes it: a member that the output lacks is then looked up in the step's
    /// record.
    /// </summary>
    public bool MayBeStepRecord { get; init; }
}

/// <summary>What the beginning of a path refers to.</summary>
public enum ReferenceKind
{
    /// <summary>One run input.</summary>
    Input,

    /// <summary>The object of all run inputs.</summary>
    AllInputs,

    /// <summary>The output of a step.</summary>
    Output,

    /// <summary>The transformed output of a step.</summary>
    Transformed,

    /// <summary>A step's record: <c>output</c>, <c>transformed</c>, <c>status</c>, <c>error</c>, <c>usage</c>.</summary>
    StepRecord,

    /// <summary>The run: <c>id</c>, <c>attempt</c>.</summary>
    Run,

    /// <summary>The output of the previous iteration.</summary>
    Previous,

    /// <summary>A secret of the host.</summary>
    Secret,
}
