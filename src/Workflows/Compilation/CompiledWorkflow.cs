using Orchestrator.Workflows.Definitions;
using Orchestrator.Workflows.Names;
using Orchestrator.Workflows.Planning;

namespace Orchestrator.Workflows.Compilation;

/// <summary>A definition without errors, its graph, and what its names mean. Immutable.</summary>
public sealed record CompiledWorkflow(WorkflowDefinition Definition, WorkflowGraph Graph, NameScope Names)
{
    /// <summary>Without declared inputs, the names in the definition that are taken for inputs; those in stored prompts are not among them.</summary>
    public IReadOnlyList<string> UndeclaredInputs { get; init; } = [];
}
