using System.Text.Json.Nodes;
using Orchestrator.Workflows.Definitions;

namespace Orchestrator.Workflows.Runs;

/// <summary>A request to start a run, beside its definition. Of the options null means the definition's own.</summary>
public sealed record RunStart
{
    public JsonObject Inputs { get; init; } = [];

    /// <summary>The id to use; null for a new one.</summary>
    public string? RunId { get; init; }

    public IReadOnlyDictionary<string, string> Tags { get; init; } = new Dictionary<string, string>();

    public string? Model { get; init; }

    public int? MaxParallelism { get; init; }

    public BudgetDefinition? Budget { get; init; }

    /// <summary>Milliseconds for the whole run.</summary>
    public int? MaxDuration { get; init; }

    public FailurePolicy? OnStepFailure { get; init; }

    public bool? Stream { get; init; }

    /// <summary>Null for the default one.</summary>
    public string? Environment { get; init; }

    /// <summary>Scripted answers, not checked; null for none.</summary>
    public JsonNode? Mocks { get; init; }
}
