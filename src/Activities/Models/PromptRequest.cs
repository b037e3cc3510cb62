using Orchestrator.Workflows.Definitions;

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
