namespace Orchestrator.Workflows.Definitions;

/// <summary>A workflow as its author wrote it: a graph of steps. What was left out is null; defaults apply when it is compiled. Immutable.</summary>
public sealed record WorkflowDefinition
{
    /// <summary>The author's identifier of the workflow; null when there is none.</summary>
    public string? Id { get; init; }

    /// <summary>The name in URLs, <c>[a-z0-9-]{1,128}</c>, unique within <see cref="AppName"/>; null when the author gave none.</summary>
    public string? Slug { get; init; }

    /// <summary>The name for people; null when the author gave none.</summary>
    public string? Name { get; init; }

    /// <summary>An explanation for people; null when the author gave none.</summary>
    public string? Description { get; init; }

    /// <summary>The app that the workflow belongs to; null when the author gave none.</summary>
    public string? AppName { get; init; }

    /// <summary>The declared inputs in document order; null: none are declared, and any input is accepted.</summary>
    public IReadOnlyList<InputDefinition>? Inputs { get; init; }

    /// <summary>Ids of the steps that run after all others, in whatever status the run ends. Empty for none.</summary>
    public IReadOnlyList<string> Finally { get; init; } = [];

    /// <summary>The outputs of the run by name, each with the path of its value; null: the inputs and the outputs of all steps.</summary>
    public IReadOnlyList<KeyValuePair<string, string>>? Outputs { get; init; }

    /// <summary>Its options; empty by default.</summary>
    public WorkflowOptions Options { get; init; } = new();

    /// <summary>Limits shared by all runs, in document order, those of models (<c>rateLimits</c>) included. Empty for none.</summary>
    public IReadOnlyList<ResourceDefinition> Resources { get; init; } = [];

    /// <summary>The steps in document order, 1 to <see cref="DefinitionLimits.MaxSteps"/>.</summary>
    public required IReadOnlyList<StepDefinition> Steps { get; init; }
}

/// <summary>
/// A resource that all runs share and that has limits: a model, a service, a database. Null: no limit. This version checks the limits but does not
/// enforce them (diagnostic <c>not-enforced</c>). Immutable.
/// </summary>
/// <param name="Name">The name by which steps use it; for a model, the model's name.</param>
public sealed record ResourceDefinition(string Name)
{
    /// <summary>Maximum rate in requests per second, above 0.</summary>
    public double? RequestsPerSecond { get; init; }

    /// <summary>Maximum rate in requests per minute, above 0.</summary>
    public double? RequestsPerMinute { get; init; }

    /// <summary>Maximum rate in tokens per minute, input and output together, above 0.</summary>
    public double? TokensPerMinute { get; init; }

    /// <summary>Maximum number of steps that use it at one time, from 1.</summary>
    public int? MaxConcurrent { get; init; }
}
