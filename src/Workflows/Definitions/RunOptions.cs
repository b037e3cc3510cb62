namespace Orchestrator.Workflows.Definitions;

/// <summary>Options of one run, which replace those of its definition. Null: the definition's. Immutable.</summary>
public sealed record RunOptions
{
    /// <summary>The model of every prompt step.</summary>
    public string? Model { get; init; }

    /// <summary>Maximum number of steps that execute at one time, 1 to 10,000.</summary>
    public int? MaxParallelism { get; init; }

    /// <summary>What all attempts of the run together may spend.</summary>
    public BudgetDefinition? Budget { get; init; }

    /// <summary>Maximum duration of one attempt of the run in milliseconds, from 1.</summary>
    public int? MaxDuration { get; init; }

    /// <summary>What the failure of a step does to the run.</summary>
    public FailurePolicy? OnStepFailure { get; init; }

    /// <summary>Whether the texts of all steps are shown while they are generated.</summary>
    public bool? Stream { get; init; }

    /// <summary>These options, with those of <paramref name="earlier"/> where these are null.</summary>
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
