using Orchestrator.Workflows.Runs;

namespace Orchestrator.Workflows.Definitions;

/// <summary><c>retry</c> of a step: when and how often it is attempted again. Null means the default (docs/definitions.md). Immutable.</summary>
public sealed record RetryDefinition
{
    /// <summary>Total number of attempts, the first included, 1 to 100.</summary>
    public int? MaxAttempts { get; init; }

    /// <summary>Upper bound of the first wait in milliseconds, from 0.</summary>
    public int? FirstInterval { get; init; }

    /// <summary>Factor by which the upper bound grows from one wait to the next, 1 to 100.</summary>
    public double? Backoff { get; init; }

    /// <summary>Upper bound of every wait in milliseconds, from 0.</summary>
    public int? MaxInterval { get; init; }

    /// <summary>The kinds of failure that are retried.</summary>
    public IReadOnlyList<ErrorKind>? On { get; init; }
}
