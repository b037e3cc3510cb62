namespace Orchestrator.Workflows.Definitions;

/// <summary>A workflow as its author wrote it: a graph of steps. Immutable; what was left out is null and gets its default when it is compiled.</summary>
public sealed record WorkflowDefinition
{
    public string? Id { get; init; }

    /// <summary>The name in addresses, <c>[a-z0-9-]</c>, unique within <see cref="AppName"/>; null when the author gave none.</summary>
    public string? Slug { get; init; }

    public string? Name { get; init; }

    public string? Description { get; init; }

    public string? AppName { get; init; }

    /// <summary>The declared inputs in document order; null when none are declared, and then any input is accepted.</summary>
    public IReadOnlyList<InputDefinition>? Inputs { get; init; }

    /// <summary>Ids of the steps that run after all others, however the run ends.</summary>
    public IReadOnlyList<string> Finally { get; init; } = [];

    /// <summary>The run's outputs, each with the path of its value; null: the inputs and every output.</summary>
    public IReadOnlyList<KeyValuePair<string, string>>? Outputs { get; init; }

    public WorkflowOptions Options { get; init; } = new();

    /// <summary>Limits shared by all runs, in document order, those of models (<c>rateLimits</c>) included.</summary>
    public IReadOnlyList<ResourceDefinition> Resources { get; init; } = [];

    /// <summary>The steps in document order.</summary>
    public required IReadOnlyList<StepDefinition> Steps { get; init; }
}
