using Orchestrator.Workflows.Runs;

namespace Orchestrator.Workflows.Definitions;

/// <summary>Options of one step. Null: the workflow's option, then the default. Immutable.</summary>
public sealed record StepOptions
{
    /// <summary>Whether the text is shown while it is generated. Default false. The call to the model streams in any case.</summary>
    public bool? Stream { get; init; }

    /// <summary>The name of the model; null: the workflow's <see cref="WorkflowOptions.DefaultModel"/>, then the prompt's, then the host's.</summary>
    public string? Model { get; init; }

    /// <summary>Models in order of preference: when one is unavailable, the next is called. At least one; null: <see cref="Model"/> alone.</summary>
    public IReadOnlyList<string>? Models { get; init; }

    /// <summary>Sampling temperature, 0 to 2; null: the prompt's, then the provider's.</summary>
    public double? Temperature { get; init; }

    /// <summary>How long the model reasons; null: <c>none</c> for the default model, the provider's default for others.</summary>
    public ReasoningEffort? Reasoning { get; init; }

    /// <summary>Maximum number of tokens of the answer, reasoning included, from 1; null: the prompt's, then the provider's.</summary>
    public int? MaxTokens { get; init; }

    /// <summary>Maximum duration of one attempt in milliseconds, from 1, counted from the start of its execution; null: the workflow's.</summary>
    public int? Timeout { get; init; }

    /// <summary>Maximum duration of all attempts and the waits between them in milliseconds, from 1; null: no limit.</summary>
    public int? StepTimeout { get; init; }

    /// <summary>The retry rule in full; null: <see cref="RetryCount"/>.</summary>
    public RetryDefinition? Retry { get; init; }

    /// <summary>
    /// What its final failure leads to; null: its <see cref="Fallback"/> if there is one, otherwise the workflow's <c>onStepFailure</c>.
    /// </summary>
    public ErrorRule? OnError { get; init; }

    /// <summary>What replaces the output after a final failure; null: nothing does.</summary>
    public FallbackDefinition? Fallback { get; init; }

    /// <summary>
    /// Number of attempts after the first, 0 to 100. Default <see cref="DefaultRetryCount"/> for prompts, on transient kinds of failure, and 0 for
    /// other types.
    /// </summary>
    public int? RetryCount { get; init; }

    /// <summary>Name of the transform whose result is kept as <c>{outputKey}_transformed</c>; null for none.</summary>
    public string? OutputTransform { get; init; }

    /// <summary>Whether the answer to an identical request of any run is used again. Default false.</summary>
    public bool? Cache { get; init; }

    /// <summary>
    /// Expected duration in milliseconds, from 0, for priorities and plans only. Default <see cref="DefaultEstimatedMs"/>, and 0 for merges.
    /// </summary>
    public int? EstimatedMs { get; init; }

    /// <summary>Default of <see cref="RetryCount"/> for prompts.</summary>
    public const int DefaultRetryCount = 2;

    /// <summary>Default of <see cref="EstimatedMs"/> for prompts and tools: 2 seconds.</summary>
    public const int DefaultEstimatedMs = 2_000;
}

/// <summary>How long a model reasons before it answers; reasoning is paid as output. Each model knows only some of the levels.</summary>
public enum ReasoningEffort
{
    /// <summary>It does not reason.</summary>
    None,

    /// <summary>It reasons briefly.</summary>
    Low,

    /// <summary>Between <see cref="Low"/> and <see cref="High"/>.</summary>
    Medium,

    /// <summary>It reasons at length.</summary>
    High,

    /// <summary>More than <see cref="High"/>.</summary>
    Xhigh,

    /// <summary>As much as the model can.</summary>
    Max,
}

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
