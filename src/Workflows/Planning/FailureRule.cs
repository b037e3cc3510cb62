using System.Text.Json.Serialization;
using Orchestrator.Workflows.Runs;
using Orchestrator.Workflows.Serialization;

namespace Orchestrator.Workflows.Planning;

/// <summary>What the final failure of a step leads to, by kind.</summary>
public sealed record FailureRule(FailureAction Default)
{
    /// <summary>Actions for single kinds; they go before <see cref="Default"/>.</summary>
    public IReadOnlyDictionary<ErrorKind, FailureAction> ByKind { get; init; } = new Dictionary<ErrorKind, FailureAction>();

    public FailureAction For(ErrorKind kind) => ByKind.TryGetValue(kind, out var action) ? action : Default;
}

/// <summary>What the final failure of a step leads to.</summary>
/// <param name="Step">Position of the step that takes over, for <see cref="FailureActionKind.Step"/>; null otherwise.</param>
public sealed record FailureAction(FailureActionKind Kind, int? Step = null)
{
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

    /// <summary>The step completes with a given value: decided where it executes.</summary>
    Value,

    /// <summary>Another step runs, and its output becomes this step's.</summary>
    Step,
}
