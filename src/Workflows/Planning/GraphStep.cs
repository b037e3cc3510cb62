using System.Text.Json.Serialization;
using Orchestrator.Workflows.Definitions;

namespace Orchestrator.Workflows.Planning;

/// <summary>
/// What scheduling needs to know of a step. Part of the plan that travels through the history, so it has no texts. Immutable. Thread-safe.
/// </summary>
public sealed record GraphStep(string Id)
{
    /// <summary>Positions of the steps that it depends on, each once.</summary>
    public IReadOnlyList<int> DependsOn { get; init; } = [];

    /// <summary>Whether it keeps the minimum gap to the starts before it: true for prompts.</summary>
    [JsonIgnore(Condition = JsonIgnoreCondition.WhenWritingDefault)]
    public bool Paced { get; init; }

    /// <summary>How long it probably takes, in milliseconds; not negative. The order of starts depends on it.</summary>
    public int EstimatedMs { get; init; }

    /// <summary>When it is tried again; null: never.</summary>
    public RetryRule? Retry { get; init; }

    /// <summary>When it may start, as defined; <see cref="StepRules.JoinOf"/> gives the join in effect. Default <see cref="JoinKind.All"/>.</summary>
    [JsonIgnore(Condition = JsonIgnoreCondition.WhenWritingDefault)]
    public JoinKind Join { get; init; }

    /// <summary>Positions of the steps whose records (<c>status</c>, <c>error</c>, <c>usage</c>) it reads; null for none.</summary>
    public IReadOnlyList<int>? Observes { get; init; }

    /// <summary>What its final failure leads to; null: the run's failure policy applies.</summary>
    public FailureRule? OnError { get; init; }

    /// <summary>The limit for all attempts and the waits between them, in milliseconds from the start of work; null: no limit.</summary>
    public int? StepTimeoutMs { get; init; }

    /// <summary>Whether its condition needs only the run's inputs and is false: then it is skipped without being executed.</summary>
    [JsonIgnore(Condition = JsonIgnoreCondition.WhenWritingDefault)]
    public bool Never { get; init; }

    /// <summary>Whether it has an output already, from an earlier attempt of the run or given by hand: then it is not executed.</summary>
    [JsonIgnore(Condition = JsonIgnoreCondition.WhenWritingDefault)]
    public bool Reused { get; init; }

    /// <summary>Whether it runs only in place of another step that failed.</summary>
    [JsonIgnore(Condition = JsonIgnoreCondition.WhenWritingDefault)]
    public bool IsFallback { get; init; }

    /// <summary>Whether it runs after all others, however they ended.</summary>
    [JsonIgnore(Condition = JsonIgnoreCondition.WhenWritingDefault)]
    public bool IsFinal { get; init; }
}
