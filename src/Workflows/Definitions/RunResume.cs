using System.Text.Json.Nodes;

namespace Orchestrator.Workflows.Definitions;

/// <summary>A request to resume a run. What it does not say stays as it was.</summary>
public sealed record RunResume
{
    /// <summary>The id of the step to go on from, whatever became of it; null: from what has not completed.</summary>
    public string? From { get; init; }

    /// <summary>Inputs in place of those of the same name.</summary>
    public JsonObject Inputs { get; init; } = [];

    /// <summary>Whether there is another definition, which is read elsewhere.</summary>
    public bool HasDefinition { get; init; }

    /// <summary>Outputs given by hand, by step id.</summary>
    public JsonObject Outputs { get; init; } = [];

    public RunOptions Options { get; init; } = new();

    /// <summary>Another environment; null: the run's.</summary>
    public string? Environment { get; init; }

    /// <summary>Scripted answers that start afresh, not checked; null: those that the run had.</summary>
    public JsonNode? Mocks { get; init; }

    /// <summary>Start a new run from this one's checkpoints, and leave this one as it is.</summary>
    public bool Fork { get; init; }

    /// <summary>The reason, for the record; null when not given.</summary>
    public string? Reason { get; init; }
}
