using System.Text.Json.Nodes;

namespace Orchestrator.Workflows.Definitions;

/// <summary>A request to start a run, beside its definition.</summary>
public sealed record RunStart
{
    public JsonObject Inputs { get; init; } = [];

    /// <summary>The id to use; null for a new one.</summary>
    public string? RunId { get; init; }

    public IReadOnlyDictionary<string, string> Tags { get; init; } = new Dictionary<string, string>();

    public RunOptions Options { get; init; } = new();

    /// <summary>Null for the default one.</summary>
    public string? Environment { get; init; }

    /// <summary>Scripted answers, not checked; null for none.</summary>
    public JsonNode? Mocks { get; init; }
}
