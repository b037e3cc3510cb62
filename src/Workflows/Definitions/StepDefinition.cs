using System.Text.Json.Nodes;

namespace Orchestrator.Workflows.Definitions;

/// <summary>One step of a workflow: the call of a prompt or a tool, or values put together.</summary>
public sealed record StepDefinition
{
    /// <summary><c>[A-Za-z_][A-Za-z0-9_-]*</c>, unique within the workflow.</summary>
    public required string Id { get; init; }

    public StepType Type { get; init; }

    public string? Description { get; init; }

    /// <summary>Id or slug of a stored prompt, or slug@version; null when <see cref="Prompt"/> has the text, and for other types.</summary>
    public string? PromptId { get; init; }

    /// <summary>The text of the prompt; null when <see cref="PromptId"/> names one, and for other types.</summary>
    public string? Prompt { get; init; }

    /// <summary>The name of the tool, for <see cref="StepType.Tool"/>; null otherwise.</summary>
    public string? Tool { get; init; }

    /// <summary>What the tool is given, with placeholders in its texts; null: the mapped inputs, and for other types.</summary>
    public JsonObject? Input { get; init; }

    /// <summary>For <see cref="StepType.Merge"/>; null otherwise.</summary>
    public MergeDefinition? Merge { get; init; }

    /// <summary>The name of the output for other steps; null: the id, with - as _.</summary>
    public string? OutputKey { get; init; }

    /// <summary>How outputs of several steps under this key become one value; null: only one of them may run at a time.</summary>
    public KeyMerge? KeyMerge { get; init; }

    /// <summary>Ids of the steps that must succeed before this one starts; empty for none, and with <see cref="DependsOnAuto"/>.</summary>
    public IReadOnlyList<string> DependsOn { get; init; } = [];

    /// <summary>It depends on the steps whose values it names.</summary>
    public bool DependsOnAuto { get; init; }

    /// <summary>What it needs of the steps it depends on.</summary>
    public JoinKind Join { get; init; }

    /// <summary>The expression under which it runs; null: always.</summary>
    public string? When { get; init; }

    /// <summary>Names the prompt or the tool's input sees, in document order; null: all that is in reach.</summary>
    public IReadOnlyList<KeyValuePair<string, MappedValue>>? InputMapping { get; init; }

    /// <summary>Names of resources that it needs; a prompt always needs its model.</summary>
    public IReadOnlyList<string> Uses { get; init; } = [];

    /// <summary>What it reads outside the workflow, such as <c>crm.customer</c>; for the check of conflicts and for plans.</summary>
    public IReadOnlyList<string> Reads { get; init; } = [];

    /// <summary>What it changes outside the workflow.</summary>
    public IReadOnlyList<string> Writes { get; init; } = [];

    /// <summary>Its turns; null for one.</summary>
    public RepeatDefinition? Repeat { get; init; }

    public StepOptions Options { get; init; } = new();

    /// <summary>The name under which other steps find the output.</summary>
    public string EffectiveOutputKey => OutputKey ?? Id.Replace('-', '_');
}
