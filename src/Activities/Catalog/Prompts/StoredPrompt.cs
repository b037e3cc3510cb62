using System.Text.Json.Serialization;

namespace Orchestrator.Activities.Catalog.Prompts;

/// <summary>A prompt that is kept under a name; its texts are kept under their versions.</summary>
public sealed record StoredPrompt : NamedRecord
{
    /// <summary>The version that is used where none is named: the one that was stored last; empty when the record cannot be read.</summary>
    [JsonIgnore]
    public string Version => Versions.Count == 0 ? "" : Versions[0].Version;

    /// <summary>Every version, the newest first; at least one.</summary>
    public required IReadOnlyList<StoredPromptVersion> Versions { get; init; }

    /// <summary>The versions of environments that have one of their own, by environment.</summary>
    public IReadOnlyDictionary<string, string> Labels { get; init; } = new Dictionary<string, string>();

    /// <inheritdoc/>
    [JsonIgnore]
    public override string? Flaw => Slug is null || Versions is null || Labels is null ? "a member of it is null"
        : Versions.Count == 0 && !Deleted ? "it has no version"
        : null;

    /// <summary>The version that an environment uses.</summary>
    public string VersionOf(string environment) => Labels.GetValueOrDefault(environment, Version);
}
