using Orchestrator.Workflows.Usage;

namespace Orchestrator.Activities.Models;

/// <summary>What a model answered.</summary>
/// <param name="Text">The whole text.</param>
/// <param name="Usage">Tokens only: the cost is the caller's to add.</param>
/// <param name="CutOff">Whether the text ends because <see cref="PromptRequest.MaxTokens"/> or the model's limit was reached.</param>
/// <param name="IsWhole">Whether there is a text, and the model does not say that something stopped it: only such an answer is good for another request.</param>
/// <param name="UnknownFinish">Why the text ended in the provider's word, when it is none of the protocol's; else null.</param>
public sealed record PromptResult(string Text, TokenUsage Usage, bool CutOff, bool IsWhole, string? UnknownFinish = null);
