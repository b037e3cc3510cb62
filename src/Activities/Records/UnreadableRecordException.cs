using Orchestrator.Storage;
using Orchestrator.Workflows.Serialization;

namespace Orchestrator.Activities.Records;

/// <summary>A record in the content store cannot be used: it is damaged, of a newer version of this program, or out of reach. The message names it and says which.</summary>
public sealed class UnreadableRecordException : Exception
{
    private UnreadableRecordException(ContentKey key, string message, string? etag, bool isNewer, Exception? inner, bool isLost = false)
        : base(message, inner)
    {
        IsLost = isLost;
        Key = key.Value;
        ETag = etag;
        IsNewer = isNewer;
    }

    /// <summary>The record's key in the store, in a state folder its path.</summary>
    public string Key { get; }

    /// <summary>The kind of record that is stored there; null when it is not known.</summary>
    public string? ETag { get; }

    /// <summary>Whether a newer version wrote it; otherwise it is damaged, or out of reach.</summary>
    public bool IsNewer { get; }

    /// <summary>Whether it was read and is of no use: then what it said is lost. One that is out of reach may be whole.</summary>
    public bool IsLost { get; }

    /// <summary>In one word, for lists: <c>damaged</c> or <c>newer</c>.</summary>
    public string Word => IsNewer ? "newer" : "damaged";

    /// <param name="reason">What is wrong with it, as the end of a sentence.</param>
    public static UnreadableRecordException Damaged(ContentKey key, string reason, string? etag = null, Exception? inner = null) =>
        new(key, $"The record '{key}' is damaged: {reason}.", etag, isNewer: false, inner, isLost: true);

    /// <summary>The same, with what can be done.</summary>
    /// <param name="remedy">As a sentence.</param>
    public UnreadableRecordException With(string remedy) => new(ContentKey.Parse(Key), $"{Message} {remedy}", ETag, IsNewer, InnerException, IsLost);

    /// <param name="what">What it tells, as the beginning of a sentence that ends with "is missing".</param>
    /// <param name="remedy">What to do, as a sentence.</param>
    public static UnreadableRecordException Missing(ContentKey key, string what, string remedy) =>
        new(key, $"{what} is missing: there is no '{key}', the storage was changed. {remedy}", etag: null, isNewer: false, null);

    /// <summary>It may be whole. The store's exception is not kept as a cause, which would stand for a store that is away: trying again is of no use.</summary>
    public static UnreadableRecordException OutOfReach(ContentKey key, ContentStoreException problem) =>
        new(key, $"The record '{key}' cannot be read: {problem.Message}", etag: null, isNewer: false, null);

    public static UnreadableRecordException Newer(ContentKey key, int format, string? etag) => new(
        key,
        $"The record '{key}' was written by a newer version of orchestrator, in format {format}; this one reads formats up to {IStoredRecord.CurrentFormat}. Use that version.",
        etag,
        isNewer: true,
        null);
}
