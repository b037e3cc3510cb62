using System.Text.Json.Nodes;

namespace Orchestrator.Workflows.Definitions;

/// <summary>A declared input of a run.</summary>
public sealed record InputDefinition(string Name)
{
    public InputType Type { get; init; } = InputType.Any;

    /// <summary>Whether a run must be given it. Default false: it is then null, or <see cref="Default"/>.</summary>
    public bool Required { get; init; }

    public JsonNode? Default { get; init; }

    /// <summary>The most characters a text may have; null for no limit.</summary>
    public int? MaxLength { get; init; }

    public string? Description { get; init; }
}
