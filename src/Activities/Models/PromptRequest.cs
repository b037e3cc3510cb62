using Orchestrator.Workflows.Definitions;
using Orchestrator.Workflows.Usage;

namespace Orchestrator.Activities.Models;

/// <summary>One call to a model, with every placeholder already filled in.</summary>
public sealed record PromptRequest
{
    /// <summary>The user message.</summary>
    public required string Prompt { get; init; }

    /// <summary>The system message; null for none.</summary>
    public string? System { get; init; }

    /// <summary>The model as its provider knows it; null to leave it to the client.</summary>
    public string? Model { get; init; }

    /// <summary>0 to 2 with most providers; null for the model's default.</summary>
    public double? Temperature { get; init; }

    /// <summary>How much the model thinks; null: it is not told.</summary>
    public ReasoningEffort? Reasoning { get; init; }

    /// <summary>Maximum number of tokens of output, reasoning included; null for the model's limit.</summary>
    public int? MaxTokens { get; init; }
}

/// <summary>What a model answered.</summary>
/// <param name="Text">The whole text.</param>
/// <param name="Usage">Tokens only: the cost is the caller's to add.</param>
/// <param name="CutOff">Whether the text ends because <see cref="PromptRequest.MaxTokens"/> or the model's limit was reached.</param>
/// <param name="IsWhole">Whether there is a text, and the model does not say that something stopped it: only such an answer is good for another request.</param>
/// <param name="UnknownFinish">Why the text ended in the provider's word, when it is none of the protocol's; else null.</param>
public sealed record PromptResult(string Text, TokenUsage Usage, bool CutOff, bool IsWhole, string? UnknownFinish = null);
