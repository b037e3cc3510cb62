using System.Text.Json.Serialization;

namespace Orchestrator.Activities.Catalog.Prompts;

/// <summary>The record of a stored prompt; its texts are stored by version. Immutable.</summary>
public sealed record StoredPrompt : NamedRecord
{
    /// <summary>The newest version, which is used where none is named; empty when the record cannot be read.</summary>
    [JsonIgnore]
    public string Version => Versions.Count == 0 ? "" : Versions[0].Version;

    /// <summary>Every version, the newest first; at least one.</summary>
    public required IReadOnlyList<StoredPromptVersion> Versions { get; init; }

    /// <summary>The versions of the environments with a label, by environment.</summary>
    public IReadOnlyDictionary<string, string> Labels { get; init; } = new Dictionary<string, string>();

    /// <inheritdoc/>
    [JsonIgnore]
    public override string? Flaw => Slug is null || Versions is null || Labels is null ? "a member of it is null"
        : Versions.Count == 0 && !Deleted ? "it has no version"
        : null;

    /// <summary>The version that an environment uses: that of its label, or the newest.</summary>
    public string VersionOf(string environment) => Labels.GetValueOrDefault(environment, Version);
}

/// <summary>One version of a stored prompt.</summary>
/// <param name="Version">The version, as in <see cref="PromptDefinition.Version"/>.</param>
/// <param name="At">When it was last stored as the newest, in UTC.</param>
public sealed record StoredPromptVersion(string Version, DateTimeOffset At);
