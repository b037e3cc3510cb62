namespace Orchestrator.Workflows.Definitions;

/// <summary>What may be said about a run beside its definition. Null always means the definition's own.</summary>
public sealed record RunOptions
{
    /// <summary>The model for every step.</summary>
    public string? Model { get; init; }

    /// <summary>Steps that may execute at one time, from 1.</summary>
    public int? MaxParallelism { get; init; }

    /// <summary>What the run may spend, all its attempts together.</summary>
    public BudgetDefinition? Budget { get; init; }

    /// <summary>Milliseconds for one attempt of the run.</summary>
    public int? MaxDuration { get; init; }

    /// <summary>What the failure of a step does to the run.</summary>
    public FailurePolicy? OnStepFailure { get; init; }

    /// <summary>Whether the texts of all steps are shown while they are written.</summary>
    public bool? Stream { get; init; }

    /// <summary>These options, and where they say nothing the <paramref name="earlier"/> ones.</summary>
    public RunOptions Over(RunOptions earlier)
    {
        ArgumentNullException.ThrowIfNull(earlier);
        return new RunOptions
        {
            Model = Model ?? earlier.Model,
            MaxParallelism = MaxParallelism ?? earlier.MaxParallelism,
            Budget = BudgetDefinition.Merge(Budget, earlier.Budget),
            MaxDuration = MaxDuration ?? earlier.MaxDuration,
            OnStepFailure = OnStepFailure ?? earlier.OnStepFailure,
            Stream = Stream ?? earlier.Stream,
        };
    }
}
