using System.Text.Json.Nodes;

namespace Orchestrator.Activities.Runs;

/// <summary>A step with all its settings resolved.</summary>
public sealed record PreparedStep
{
    public required string Id { get; init; }

    public required string OutputKey { get; init; }

    /// <summary>Key into <see cref="PreparedRun.Prompts"/>.</summary>
    public required string Prompt { get; init; }

    public required string Model { get; init; }

    public double? Temperature { get; init; }

    public int? MaxTokens { get; init; }

    /// <summary>Milliseconds for one attempt, from the start of work.</summary>
    public required int TimeoutMs { get; init; }

    /// <summary>Whether pieces of the text go to the event feed while it is written.</summary>
    public bool Stream { get; init; }

    /// <summary>The condition under which it works; null: always.</summary>
    public string? When { get; init; }

    /// <summary>Its output when it fails and its rule says so.</summary>
    public JsonNode? FallbackValue { get; init; }

    public string? Transform { get; init; }

    /// <summary>Names and paths in document order; null: all that is in reach.</summary>
    public IReadOnlyList<KeyValuePair<string, string>>? Mapping { get; init; }
}
