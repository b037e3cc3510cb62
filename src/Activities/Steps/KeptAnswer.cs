using System.Text.Json.Nodes;

namespace Orchestrator.Activities.Steps;

/// <summary>An output that is used again.</summary>
public sealed record KeptAnswer(JsonNode? Output);
