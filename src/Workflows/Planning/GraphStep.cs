using System.Text.Json.Serialization;
using Orchestrator.Workflows.Definitions;
using Orchestrator.Workflows.Runs;
using Orchestrator.Workflows.Serialization;

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

/// <summary>What the final failure of a step leads to, by the kind of the failure. Immutable. Thread-safe.</summary>
/// <param name="Default">The action for all kinds that <see cref="ByKind"/> does not list.</param>
public sealed record FailureRule(FailureAction Default)
{
    /// <summary>Actions for single kinds; they take precedence over <see cref="Default"/>.</summary>
    public IReadOnlyDictionary<ErrorKind, FailureAction> ByKind { get; init; } = new Dictionary<ErrorKind, FailureAction>();

    /// <summary>The action for a kind of failure.</summary>
    public FailureAction For(ErrorKind kind) => ByKind.TryGetValue(kind, out var action) ? action : Default;
}

/// <summary>What the final failure of a step leads to.</summary>
/// <param name="Step">Position of the fallback step, for <see cref="FailureActionKind.Step"/>; null otherwise.</param>
public sealed record FailureAction(FailureActionKind Kind, int? Step = null)
{
    /// <summary>The action of a step without a rule.</summary>
    public static FailureAction Fail { get; } = new(FailureActionKind.Fail);
}

/// <summary>The kinds of <see cref="FailureAction"/>.</summary>
[JsonConverter(typeof(CamelCaseEnumConverter<FailureActionKind>))]
public enum FailureActionKind
{
    /// <summary>The run's failure policy applies.</summary>
    Fail,

    /// <summary>The step stays failed and counts as a success without an output.</summary>
    Continue,

    /// <summary>The step completes with a given value, which the activity writes into its record.</summary>
    Value,

    /// <summary>Another step runs, and its output becomes this step's.</summary>
    Step,
}
