using System.Text.Json.Nodes;
using Orchestrator.Workflows.Runs;

namespace Orchestrator.Workflows.Definitions;

/// <summary><c>onError</c> of a step: what its final failure leads to, after all retries. Immutable.</summary>
/// <param name="Default">The action for every kind of failure that <see cref="ByKind"/> does not list.</param>
public sealed record ErrorRule(ErrorAction Default)
{
    /// <summary>Actions for single kinds of failure, in document order; empty when one action applies to all kinds.</summary>
    public IReadOnlyList<KeyValuePair<ErrorKind, ErrorAction>> ByKind { get; init; } = [];
}

/// <summary>One action of an <see cref="ErrorRule"/>.</summary>
/// <param name="Step">The id of the step that takes over, for <see cref="ErrorActionKind.Step"/>; null for other kinds.</param>
public sealed record ErrorAction(ErrorActionKind Kind, string? Step = null);

/// <summary>The kinds of <see cref="ErrorAction"/>.</summary>
public enum ErrorActionKind
{
    /// <summary>The step fails, and the workflow's <c>onStepFailure</c> applies.</summary>
    Fail,

    /// <summary>The run continues; the step has no output.</summary>
    Continue,

    /// <summary>The step's <c>fallback</c> replaces the output.</summary>
    Fallback,

    /// <summary>Another step takes over for this kind of failure.</summary>
    Step,
}

/// <summary><c>fallback</c> of a step: a constant value, or another step whose output replaces the failed one's. Immutable.</summary>
/// <param name="Step">The id of the other step; null for a constant value.</param>
/// <param name="Value">The constant value, possibly JSON null; null when <paramref name="Step"/> is given.</param>
public sealed record FallbackDefinition(string? Step, JsonNode? Value)
{
    /// <summary>
    /// Whether the author gives the transformed output, too. Default false: the step's transform is applied to <see cref="Value"/>.
    /// </summary>
    public bool HasTransformed { get; init; }

    /// <summary>The transformed output, possibly JSON null; null when <see cref="HasTransformed"/> is false.</summary>
    public JsonNode? Transformed { get; init; }
}
