namespace Orchestrator.Workflows.Definitions;

/// <summary>Options of one step; null means the workflow's, then the default.</summary>
public sealed record StepOptions
{
    /// <summary>Whether the text is shown while it is written. The call to the model streams in any case.</summary>
    public bool? Stream { get; init; }

    public string? Model { get; init; }

    /// <summary>Models of which the next is asked when one is unavailable, the first one first; null: <see cref="Model"/> alone.</summary>
    public IReadOnlyList<string>? Models { get; init; }

    /// <summary>0 to 2; null: the prompt's, then the provider's.</summary>
    public double? Temperature { get; init; }

    /// <summary>How much the model thinks; null: <c>none</c> for the default model, and what the provider does otherwise.</summary>
    public ReasoningEffort? Reasoning { get; init; }

    /// <summary>Maximum number of tokens of the answer, reasoning included, from 1; null: the prompt's, then the provider's.</summary>
    public int? MaxTokens { get; init; }

    /// <summary>Milliseconds for one attempt, from the start of work.</summary>
    public int? Timeout { get; init; }

    /// <summary>Milliseconds for all attempts and the waits between them; null: no limit.</summary>
    public int? StepTimeout { get; init; }

    /// <summary>When and how often it is tried again, in full; null: <see cref="RetryCount"/>.</summary>
    public RetryDefinition? Retry { get; init; }

    /// <summary>What its final failure leads to; null: its <see cref="Fallback"/> if there is one, else the workflow's onStepFailure.</summary>
    public ErrorRule? OnError { get; init; }

    public FallbackDefinition? Fallback { get; init; }

    /// <summary>Attempts after the first, from 0. Default <see cref="DefaultRetryCount"/> for prompts, on kinds that may pass by themselves, and 0 for other types.</summary>
    public int? RetryCount { get; init; }

    /// <summary>Name of a transform whose result is kept as <c>{outputKey}_transformed</c>; null for none.</summary>
    public string? OutputTransform { get; init; }

    /// <summary>Whether an answer to the very same request, of whichever run, is used again. Default false.</summary>
    public bool? Cache { get; init; }

    /// <summary>How long the step probably takes, in milliseconds: for priorities and plans only.</summary>
    public int? EstimatedMs { get; init; }

    public const int DefaultRetryCount = 2;

    public const int DefaultEstimatedMs = 2_000;
}
