using System.Text.Json.Serialization;
using Orchestrator.Activities.Records;
using Orchestrator.Workflows.Serialization;

namespace Orchestrator.Activities.Catalog;

/// <summary>What is stored under a slug of an app.</summary>
public abstract record NamedRecord : IStoredRecord
{
    /// <inheritdoc/>
    public int Format { get; init; } = IStoredRecord.CurrentFormat;

    public required string Slug { get; init; }

    /// <summary>Null for no app.</summary>
    public string? App { get; init; }

    public DateTimeOffset UpdatedAt { get; init; }

    /// <summary>
    /// It was deleted and may be written again. The record stays, since only so can a deletion be told apart from a change that another writer made
    /// at the same time.
    /// </summary>
    public bool Deleted { get; init; }

    /// <inheritdoc/>
    [JsonIgnore]
    public abstract string? Flaw { get; }

    /// <summary>Why it could not be read; null when it could. Such a record has only its names, and can be deleted or overwritten.</summary>
    [JsonIgnore]
    public UnreadableRecordException? Unreadable { get; init; }
}
