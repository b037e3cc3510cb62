using System.Text.Json.Serialization;
using Orchestrator.Workflows.Runs;
using Orchestrator.Workflows.Serialization;

namespace Orchestrator.Workflows.Planning;

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
