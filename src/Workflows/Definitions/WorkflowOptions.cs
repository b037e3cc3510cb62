namespace Orchestrator.Workflows.Definitions;

/// <summary>Options of a whole workflow; null means the default.</summary>
public sealed record WorkflowOptions
{
    /// <summary>Steps that may execute at one time, from 1. Default <see cref="DefaultMaxParallelism"/>.</summary>
    public int? MaxParallelism { get; init; }

    /// <summary>Begins with the default and adapts: fewer when a provider refuses calls, more while it takes them (<c>maxParallelism: auto</c>).</summary>
    public bool AdaptiveParallelism { get; init; }

    /// <summary>What the run may spend; null: no limit.</summary>
    public BudgetDefinition? Budget { get; init; }

    /// <summary>Milliseconds between the starts of two prompt steps, 0 = none. Default <see cref="DefaultParallelBatchDelay"/>, as in seed 000.</summary>
    public int? ParallelBatchDelay { get; init; }

    /// <summary>The model of every step that names none; it goes before the prompts' own. Null: the prompt's, then the host's.</summary>
    public string? DefaultModel { get; init; }

    /// <summary>Milliseconds for one attempt of a step. Default <see cref="DefaultTimeout"/>.</summary>
    public int? Timeout { get; init; }

    /// <summary>What the failure of a step does to the run. Default <see cref="FailurePolicy.Stop"/>.</summary>
    public FailurePolicy? OnStepFailure { get; init; }

    /// <summary>Milliseconds for the whole run; null: no limit.</summary>
    public int? MaxDuration { get; init; }

    /// <summary>Ready steps that may wait for a slot; null: no limit.</summary>
    public int? QueueSize { get; init; }

    /// <summary>What happens to a step that finds the queue full. Default <see cref="QueueFullPolicy.Fail"/>.</summary>
    public QueueFullPolicy? QueueFull { get; init; }

    /// <summary>Whether texts are shown while they are written, unless a step says otherwise. Default false.</summary>
    public bool? Stream { get; init; }

    public const int DefaultMaxParallelism = 10;

    public const int DefaultParallelBatchDelay = 100;

    public const int DefaultTimeout = 120_000;
}
