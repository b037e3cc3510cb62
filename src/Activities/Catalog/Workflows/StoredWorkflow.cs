using System.Text.Json.Serialization;

namespace Orchestrator.Activities.Catalog.Workflows;

/// <summary>A workflow that is kept under a name; its text is kept under its hash.</summary>
public sealed record StoredWorkflow : NamedRecord
{
    /// <summary>The <c>id</c> of the definition; null when it has none.</summary>
    public string? Id { get; init; }

    /// <summary>The <c>name</c> of the definition; null when it has none.</summary>
    public string? Name { get; init; }

    /// <summary>The SHA-256 of the text, as 64 hexadecimal digits.</summary>
    public required string Hash { get; init; }

    /// <summary>Every text that was stored under this name, the newest first.</summary>
    public required IReadOnlyList<StoredWorkflowVersion> Versions { get; init; }

    /// <inheritdoc/>
    [JsonIgnore]
    public override string? Flaw => Slug is null || Hash is null || Versions is null ? "a member of it is null" : null;
}
