using Orchestrator.Workflows.Definitions;

namespace Orchestrator.Activities.Catalog.Prompts;

/// <summary>A stored prompt in one version, as the command line and the API show it.</summary>
public sealed record PromptDocument
{
    public required string Slug { get; init; }

    /// <summary>Null for no app.</summary>
    public required string? App { get; init; }

    /// <summary>The version that is shown.</summary>
    public required string Version { get; init; }

    public required DateTimeOffset UpdatedAt { get; init; }

    /// <summary>Every version, the newest first.</summary>
    public required IReadOnlyList<StoredPromptVersion> Versions { get; init; }

    /// <summary>The versions of environments that have one of their own.</summary>
    public required IReadOnlyDictionary<string, string> Labels { get; init; }

    public required string Text { get; init; }

    public required string? System { get; init; }

    public required string? Model { get; init; }

    public required double? Temperature { get; init; }

    public required int? MaxTokens { get; init; }

    public required string? Description { get; init; }

    public required IReadOnlyList<InputDefinition> Inputs { get; init; }

    /// <param name="stored">The record.</param>
    /// <param name="prompt">The version to show.</param>
    public static PromptDocument Of(StoredPrompt stored, PromptDefinition prompt)
    {
        ArgumentNullException.ThrowIfNull(stored);
        ArgumentNullException.ThrowIfNull(prompt);
        return new PromptDocument
        {
            Slug = stored.Slug,
            App = stored.App,
            Version = prompt.Version,
            UpdatedAt = stored.UpdatedAt,
            Versions = stored.Versions,
            Labels = stored.Labels,
            Text = prompt.Text,
            System = prompt.System,
            Model = prompt.Model,
            Temperature = prompt.Temperature,
            MaxTokens = prompt.MaxTokens,
            Description = prompt.Description,
            Inputs = prompt.Inputs,
        };
    }
}
