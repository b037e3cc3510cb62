using System.Security.Cryptography;
using System.Text.Json;
using System.Text.Json.Serialization;
using Orchestrator.Workflows.Definitions;
using Orchestrator.Workflows.Serialization;

namespace Orchestrator.Activities.Catalog.Prompts;

/// <summary>A prompt that workflows refer to by slug. Immutable.</summary>
public sealed record PromptDefinition
{
    /// <summary>Number of hexadecimal digits of a version.</summary>
    public const int VersionLength = 12;

    /// <summary>The name: 1 to 100 of <c>A-Z a-z 0-9 _ -</c>.</summary>
    public required string Slug { get; init; }

    /// <summary>The text with its placeholders, line ends as LF.</summary>
    public required string Text { get; init; }

    /// <summary>The system message; null for none.</summary>
    public string? System { get; init; }

    /// <summary>The model that it was written for; null for none. A model of the run, step or workflow takes precedence.</summary>
    public string? Model { get; init; }

    /// <summary>0 to 2; null for the model's default.</summary>
    public double? Temperature { get; init; }

    /// <summary>Maximum number of tokens of output, 1 or more; null for the model's limit.</summary>
    public int? MaxTokens { get; init; }

    /// <summary>A description for people, not part of the version; null for none.</summary>
    public string? Description { get; init; }

    /// <summary>The declared inputs, in their order; empty for none.</summary>
    public IReadOnlyList<InputDefinition> Inputs { get; init; } = [];

    /// <summary>
    /// Identifies the content: the first 12 hexadecimal digits of the SHA-256 of everything that reaches the model. The same content has the same
    /// version in every place.
    /// </summary>
    [JsonIgnore]
    public string Version
    {
        get
        {
            var content = new { Text, System, Model, Temperature, MaxTokens, Inputs = Inputs.Select(input => input with { Description = null }) };
            var hash = SHA256.HashData(JsonSerializer.SerializeToUtf8Bytes(content, WorkflowJson.Compact));
            return Convert.ToHexStringLower(hash)[..VersionLength];
        }
    }
}
