using System.Security.Cryptography;
using System.Text.Json;
using System.Text.Json.Serialization;
using Orchestrator.Workflows.Definitions;
using Orchestrator.Workflows.Serialization;

namespace Orchestrator.Activities.Catalog.Prompts;

/// <summary>A prompt that workflows refer to by name.</summary>
public sealed record PromptDefinition
{
    /// <summary>Digits of a version: 12 hexadecimal ones.</summary>
    public const int VersionLength = 12;

    /// <summary>Its name: 1 to 100 of <c>A-Z a-z 0-9 _ -</c>.</summary>
    public required string Slug { get; init; }

    /// <summary>The text with its placeholders, line ends as LF.</summary>
    public required string Text { get; init; }

    /// <summary>The system message; null for none.</summary>
    public string? System { get; init; }

    /// <summary>The model it was written for; null when it names none. Run, step and workflow come before it.</summary>
    public string? Model { get; init; }

    /// <summary>0 to 2; null for the model's default.</summary>
    public double? Temperature { get; init; }

    /// <summary>Maximum number of tokens of output, 1 or more; null for the model's limit.</summary>
    public int? MaxTokens { get; init; }

    /// <summary>For people; changes no version. Null for none.</summary>
    public string? Description { get; init; }

    /// <summary>The inputs it declares, in their order; empty when it declares none.</summary>
    public IReadOnlyList<InputDefinition> Inputs { get; init; } = [];

    /// <summary>
    /// Names this content: 12 hexadecimal digits of the SHA-256 of all that reaches the model. Wherever the prompt is kept, the same content has the
    /// same version.
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
