using System.Text.Json;
using System.Text.Json.Nodes;

namespace Orchestrator.Functions.Http;

/// <summary>The body of <c>POST /api/runs</c>.</summary>
public sealed record StartRunBody
{
    /// <summary>The workflow, inline.</summary>
    public JsonElement Definition { get; init; }

    public JsonObject? Inputs { get; init; }

    public string? RunId { get; init; }

    public StartRunOptions? Options { get; init; }

    public Dictionary<string, string>? Tags { get; init; }
}
