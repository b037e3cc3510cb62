using System.Text.Json;

namespace Orchestrator.Functions.Http;

/// <summary>The options of a start over HTTP; null means the definition's own.</summary>
public sealed record StartRunOptions
{
    public string? Model { get; init; }

    public int? MaxParallelism { get; init; }

    public string? Environment { get; init; }

    /// <summary>Scripted answers instead of models; refused where the host does not allow them.</summary>
    public JsonElement? Mocks { get; init; }
}
