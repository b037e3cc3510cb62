using Orchestrator.Workflows.Names;

namespace Orchestrator.Workflows.Compilation;

/// <summary>A path that a step names, and where.</summary>
/// <param name="Extra">Names that have a meaning there.</param>
internal readonly record struct StepReference(string Pointer, ValuePath Path, ExtraNames Extra)
{
    /// <summary>The step's own output is there already.</summary>
    public bool OwnOutput { get; init; }
}
