using System.Text.Json.Serialization;
using Orchestrator.Workflows.Definitions;

namespace Orchestrator.Workflows.Planning;

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

    [JsonIgnore(Condition = JsonIgnoreCondition.WhenWritingDefault)]
    public JoinKind Join { get; init; }

    /// <summary>Positions of the steps whose records (<c>status</c>, <c>error</c>, <c>usage</c>) it reads; null for none.</summary>
    public IReadOnlyList<int>? Observes { get; init; }

    /// <summary>What its final failure leads to; null: the run's failure policy.</summary>
    public FailureRule? OnError { get; init; }

    /// <summary>Milliseconds for all attempts and the waits between them, from the start of work; null: no limit.</summary>
    public int? StepTimeoutMs { get; init; }

    /// <summary>Its condition needs only the run's inputs and is false: it is skipped without being executed.</summary>
    [JsonIgnore(Condition = JsonIgnoreCondition.WhenWritingDefault)]
    public bool Never { get; init; }

    /// <summary>It has an output already, of an earlier attempt of the run or given by hand: it is not executed.</summary>
    [JsonIgnore(Condition = JsonIgnoreCondition.WhenWritingDefault)]
    public bool Reused { get; init; }

    /// <summary>It runs only in place of another step that failed.</summary>
    [JsonIgnore(Condition = JsonIgnoreCondition.WhenWritingDefault)]
    public bool IsFallback { get; init; }

    /// <summary>It runs after all others, however the run ends.</summary>
    [JsonIgnore(Condition = JsonIgnoreCondition.WhenWritingDefault)]
    public bool IsFinal { get; init; }
}
