namespace Orchestrator.Workflows.Definitions;

/// <summary>What the author wants to happen when a step fails finally.</summary>
/// <param name="Step">The id of the step that takes over, for <see cref="ErrorActionKind.Step"/>; null otherwise.</param>
public sealed record ErrorAction(ErrorActionKind Kind, string? Step = null);

/// <summary>The kinds of <see cref="ErrorAction"/>.</summary>
public enum ErrorActionKind
{
    /// <summary>The workflow's onStepFailure applies.</summary>
    Fail,

    /// <summary>Go on without an output.</summary>
    Continue,

    /// <summary>What the step's <c>fallback</c> says.</summary>
    Fallback,

    /// <summary>A step takes over, for this kind of failure.</summary>
    Step,
}
