namespace Orchestrator.Workflows.Names;

/// <summary>What a path means in a given workflow.</summary>
/// <param name="Input">The name of the input or the secret; null for other kinds.</param>
/// <param name="Steps">Positions of the steps it is about, in definition order: all that write an output key; empty for kinds that are about none.</param>
/// <param name="Consumed">How many segments of the path named it; the rest leads into the value.</param>
public readonly record struct ValueReference(ReferenceKind Kind, string? Input, IReadOnlyList<int> Steps, int Consumed)
{
    /// <summary>
    /// True when the name is an output's and a step's own at once: what the output has no member for
    /// is then looked up in the step's record.
    /// </summary>
    public bool MayBeStepRecord { get; init; }
}
