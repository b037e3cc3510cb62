using System.Text.Json.Serialization;

namespace Orchestrator.Activities.Catalog.Workflows;

/// <summary>The record of a stored workflow; its texts are stored by hash. Immutable.</summary>
public sealed record StoredWorkflow : NamedRecord
{
    /// <summary>The <c>id</c> of the definition; null when it has none.</summary>
    public string? Id { get; init; }

    /// <summary>The <c>name</c> of the definition; null when it has none.</summary>
    public string? Name { get; init; }

    /// <summary>The SHA-256 of the newest text, as 64 lower-case hexadecimal digits.</summary>
    public required string Hash { get; init; }

    /// <summary>Every text that was stored under this slug, the newest first.</summary>
    public required IReadOnlyList<StoredWorkflowVersion> Versions { get; init; }

    /// <inheritdoc/>
    [JsonIgnore]
    public override string? Flaw => Slug is null || Hash is null || Versions is null ? "a member of it is null" : null;
}

/// <summary>One version of a stored workflow.</summary>
/// <param name="Hash">The SHA-256 of its text, as 64 lower-case hexadecimal digits.</param>
/// <param name="At">When it was stored, in UTC.</param>
public sealed record StoredWorkflowVersion(string Hash, DateTimeOffset At);
