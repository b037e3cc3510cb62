using System.Text.Json.Serialization;

namespace Orchestrator.Workflows.Graphs;

/// <summary>What scheduling needs to know of a step; part of the plan that the orchestrator receives, so kept small.</summary>
public sealed record GraphStep(string Id)
{
    /// <summary>Positions of the steps it depends on, each once.</summary>
    public IReadOnlyList<int> DependsOn { get; init; } = [];

    /// <summary>Whether its start keeps the run's minimum gap: true for prompts.</summary>
    [JsonIgnore(Condition = JsonIgnoreCondition.WhenWritingDefault)]
    public bool Paced { get; init; }

    /// <summary>How long it probably takes, in milliseconds.</summary>
    public int EstimatedMs { get; init; }

    /// <summary>When it is tried again; null: never.</summary>
    public RetryRule? Retry { get; init; }
}
