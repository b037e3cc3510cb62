using Orchestrator.Workflows.Runs;

namespace Orchestrator.Workflows.Definitions;

/// <summary><c>retry</c> of a step; null means the default (docs/definitions.md).</summary>
public sealed record RetryDefinition
{
    /// <summary>All attempts, the first included, from 1.</summary>
    public int? MaxAttempts { get; init; }

    /// <summary>Milliseconds.</summary>
    public int? FirstInterval { get; init; }

    /// <summary>Factor from one wait's bound to the next, 1 to 100.</summary>
    public double? Backoff { get; init; }

    /// <summary>Milliseconds.</summary>
    public int? MaxInterval { get; init; }

    /// <summary>The kinds of failure that are worth another attempt.</summary>
    public IReadOnlyList<ErrorKind>? On { get; init; }
}
