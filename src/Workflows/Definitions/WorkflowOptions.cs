using System.Text.Json.Serialization;
using Orchestrator.Workflows.Serialization;

namespace Orchestrator.Workflows.Definitions;

/// <summary>Options of a whole workflow. Null: the default. Immutable.</summary>
public sealed record WorkflowOptions
{
    /// <summary>Maximum number of steps that execute at one time, 1 to 10,000. Default <see cref="DefaultMaxParallelism"/>.</summary>
    public int? MaxParallelism { get; init; }

    /// <summary>
    /// Whether the number of steps that execute at one time adapts (<c>maxParallelism: auto</c>): it begins with the default, falls when a provider
    /// rejects calls, and grows while calls are accepted. Default false.
    /// </summary>
    public bool AdaptiveParallelism { get; init; }

    /// <summary>What a run may spend; null: no limit.</summary>
    public BudgetDefinition? Budget { get; init; }

    /// <summary>Milliseconds between the starts of two prompt steps, from 0. Default <see cref="DefaultParallelBatchDelay"/>.</summary>
    public int? ParallelBatchDelay { get; init; }

    /// <summary>The model of every step that names none; it takes precedence over the prompts' models. Null: the prompt's, then the host's.</summary>
    public string? DefaultModel { get; init; }

    /// <summary>Maximum duration of one attempt of a step in milliseconds, from 1. Default <see cref="DefaultTimeout"/>.</summary>
    public int? Timeout { get; init; }

    /// <summary>What the failure of a step does to the run. Default <see cref="FailurePolicy.Stop"/>.</summary>
    public FailurePolicy? OnStepFailure { get; init; }

    /// <summary>Maximum duration of one attempt of the run in milliseconds, from 1; null: no limit.</summary>
    public int? MaxDuration { get; init; }

    /// <summary>Maximum number of ready steps that wait for a slot, from 0; null: no limit.</summary>
    public int? QueueSize { get; init; }

    /// <summary>What happens to a step that becomes ready when the queue is full. Default <see cref="QueueFullPolicy.Fail"/>.</summary>
    public QueueFullPolicy? QueueFull { get; init; }

    /// <summary>Whether texts are shown while they are generated, unless a step says otherwise. Default false.</summary>
    public bool? Stream { get; init; }

    /// <summary>Default of <see cref="MaxParallelism"/>.</summary>
    public const int DefaultMaxParallelism = 10;

    /// <summary>Default of <see cref="ParallelBatchDelay"/> in milliseconds.</summary>
    public const int DefaultParallelBatchDelay = 100;

    /// <summary>Default of <see cref="Timeout"/> in milliseconds: 2 minutes.</summary>
    public const int DefaultTimeout = 120_000;
}

/// <summary>What a run may spend; no step starts once a limit is reached. Null: no limit. Immutable.</summary>
/// <param name="Usd">US dollars by the price table, above 0 and at most 1,000,000,000.</param>
/// <param name="Tokens">Input and output tokens together, from 1.</param>
public sealed record BudgetDefinition(decimal? Usd, long? Tokens)
{
    /// <summary>
    /// The limits of <paramref name="over"/>, and those of <paramref name="under"/> where they are null: a limit in dollars replaces none in tokens.
    /// </summary>
    public static BudgetDefinition? Merge(BudgetDefinition? over, BudgetDefinition? under) =>
        over is null || under is null ? over ?? under : new BudgetDefinition(over.Usd ?? under.Usd, over.Tokens ?? under.Tokens);
}

/// <summary>What the failure of a step does to the rest of the run.</summary>
[JsonConverter(typeof(CamelCaseEnumConverter<FailurePolicy>))]
public enum FailurePolicy
{
    /// <summary>No step starts any more; running steps finish and are checkpointed.</summary>
    Stop,

    /// <summary>No step starts any more, and running steps are cancelled.</summary>
    Cancel,

    /// <summary>All steps that do not depend on the failed one run; then the run fails.</summary>
    Continue,
}

/// <summary>What happens to a step that becomes ready when the queue is full.</summary>
[JsonConverter(typeof(CamelCaseEnumConverter<QueueFullPolicy>))]
public enum QueueFullPolicy
{
    /// <summary>It fails with the kind <c>queueFull</c>.</summary>
    Fail,

    /// <summary>It waits in spite of the limit.</summary>
    Wait,
}
