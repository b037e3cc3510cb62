namespace Orchestrator.Workflows.Definitions;

/// <summary>Something with limits that all runs share: a model, a service, a database. What is null has no limit.</summary>
public sealed record ResourceDefinition(string Name)
{
    public double? RequestsPerSecond { get; init; }

    public double? RequestsPerMinute { get; init; }

    public double? TokensPerMinute { get; init; }

    /// <summary>Steps that may use it at one time, from 1.</summary>
    public int? MaxConcurrent { get; init; }
}
