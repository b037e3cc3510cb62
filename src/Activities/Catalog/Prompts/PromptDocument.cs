using Orchestrator.Workflows.Definitions;

namespace Orchestrator.Activities.Catalog.Prompts;

/// <summary>A stored prompt in one version, as the command line and the API show it.</summary>
public sealed record PromptDocument
{
    /// <inheritdoc cref="NamedRecord.Slug"/>
    public required string Slug { get; init; }

    /// <inheritdoc cref="NamedRecord.App"/>
    public required string? App { get; init; }

    /// <summary>The version that is shown.</summary>
    public required string Version { get; init; }

    /// <inheritdoc cref="NamedRecord.UpdatedAt"/>
    public required DateTimeOffset UpdatedAt { get; init; }

    /// <inheritdoc cref="StoredPrompt.Versions"/>
    public required IReadOnlyList<StoredPromptVersion> Versions { get; init; }

    /// <inheritdoc cref="StoredPrompt.Labels"/>
    public required IReadOnlyDictionary<string, string> Labels { get; init; }

    /// <inheritdoc cref="PromptDefinition.Text"/>
    public required string Text { get; init; }

    /// <inheritdoc cref="PromptDefinition.System"/>
    public required string? System { get; init; }

    /// <inheritdoc cref="PromptDefinition.Model"/>
    public required string? Model { get; init; }

    /// <inheritdoc cref="PromptDefinition.Temperature"/>
    public required double? Temperature { get; init; }

    /// <inheritdoc cref="PromptDefinition.MaxTokens"/>
    public required int? MaxTokens { get; init; }

    /// <inheritdoc cref="PromptDefinition.Description"/>
    public required string? Description { get; init; }

    /// <inheritdoc cref="PromptDefinition.Inputs"/>
    public required IReadOnlyList<InputDefinition> Inputs { get; init; }

    /// <summary>Makes the document of a stored prompt.</summary>
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
