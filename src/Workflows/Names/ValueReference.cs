namespace Orchestrator.Workflows.Names;

/// <summary>What a path means in a given workflow.</summary>
/// <param name="Input">The input's name, for <see cref="ReferenceKind.Input"/>.</param>
/// <param name="Step">The step's position, for the kinds that are about a step; -1 otherwise.</param>
/// <param name="Consumed">How many segments of the path named it; the rest leads into the value.</param>
public readonly record struct ValueReference(ReferenceKind Kind, string? Input, int Step, int Consumed)
{
    /// <summary>
    /// True when the name is an output's and a step's own at once: what the output has no member for
    /// is then looked up in the step's record.
    /// </summary>
    public bool MayBeStepRecord { get; init; }
}
