using Orchestrator.Workflows.Graphs;

namespace Orchestrator.Workflows.Definitions;

/// <summary>One step of a workflow: the call of a prompt.</summary>
public sealed record StepDefinition
{
    /// <summary><c>[A-Za-z_][A-Za-z0-9_-]*</c>, unique within the workflow.</summary>
    public required string Id { get; init; }

    /// <summary>Id or slug of a stored prompt, or slug@version; null when <see cref="Prompt"/> has the text.</summary>
    public string? PromptId { get; init; }

    /// <summary>The text of the prompt; null when <see cref="PromptId"/> names one.</summary>
    public string? Prompt { get; init; }

    /// <summary>The name of the output for other steps; null: the id, with - as _.</summary>
    public string? OutputKey { get; init; }

    /// <summary>Ids of the steps that must succeed before this one starts.</summary>
    public IReadOnlyList<string> DependsOn { get; init; } = [];

    /// <summary>What it needs of the steps it depends on.</summary>
    public JoinKind Join { get; init; }

    /// <summary>The expression under which it runs; null: always.</summary>
    public string? When { get; init; }

    /// <summary>Names the prompt sees, each with the path of its value, in document order; null: all that is in reach.</summary>
    public IReadOnlyList<KeyValuePair<string, string>>? InputMapping { get; init; }

    public StepOptions Options { get; init; } = new();

    /// <summary>The name under which other steps find the output.</summary>
    public string EffectiveOutputKey => OutputKey ?? Id.Replace('-', '_');
}
