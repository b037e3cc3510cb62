using System.Text.Json.Nodes;

namespace Orchestrator.Activities.Runs;

/// <summary>The output of a step, given by hand.</summary>
/// <param name="Transformed">What a transform would have made of it; null when it was not given.</param>
public sealed record GivenOutput(JsonNode? Output, JsonNode? Transformed);
