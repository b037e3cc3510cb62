using System.Text.Json.Serialization;
using Orchestrator.Activities.Records;
using Orchestrator.Workflows.Serialization;

namespace Orchestrator.Activities.Catalog;

/// <summary>A record that is stored by app and slug. Immutable.</summary>
public abstract record NamedRecord : IStoredRecord
{
    /// <inheritdoc/>
    public int Format { get; init; } = IStoredRecord.CurrentFormat;

    /// <summary>The name, unique within the app.</summary>
    public required string Slug { get; init; }

    /// <summary>Null for no app.</summary>
    public string? App { get; init; }

    /// <summary>When the record was last changed, in UTC.</summary>
    public DateTimeOffset UpdatedAt { get; init; }

    /// <summary>
    /// Whether it was deleted; it may be written again. The record stays, so that a concurrent writer can distinguish a deletion from a change.
    /// </summary>
    public bool Deleted { get; init; }

    /// <inheritdoc/>
    [JsonIgnore]
    public abstract string? Flaw { get; }

    /// <summary>
    /// Why the record could not be read; null when it could. Such a record has only slug and app, and can be deleted or overwritten.
    /// </summary>
    [JsonIgnore]
    public UnreadableRecordException? Unreadable { get; init; }
}

/// <summary>A record together with the state in which it was read or written.</summary>
/// <param name="ETag">Identifies that state, for <see cref="WriteCondition.Matches"/>.</param>
public sealed record Stored<T>(T Record, string ETag)
    where T : NamedRecord;
