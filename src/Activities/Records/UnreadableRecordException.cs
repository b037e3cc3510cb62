using Orchestrator.Storage;
using Orchestrator.Workflows.Serialization;

namespace Orchestrator.Activities.Records;

/// <summary>
/// A record in the content store cannot be used: it is damaged, missing, of a newer version of this program, or cannot be read. The message names the
/// record and the reason.
/// </summary>
public sealed class UnreadableRecordException : Exception
{
    private UnreadableRecordException(
        ContentKey key, string message, string? etag, bool isNewer, Exception? inner, bool isLost = false, bool isMissing = false)
        : base(message, inner)
    {
        (IsLost, IsMissing) = (isLost, isMissing);
        Key = key.Value;
        ETag = etag;
        IsNewer = isNewer;
    }

    /// <summary>The record's key in the store; in a state folder, its path.</summary>
    public string Key { get; }

    /// <summary>The ETag of the stored value; null when it could not be read.</summary>
    public string? ETag { get; }

    /// <summary>Whether a newer version wrote it.</summary>
    public bool IsNewer { get; }

    /// <summary>Whether it was read and is damaged, so that its content is lost. A record that could not be read may be intact.</summary>
    public bool IsLost { get; }

    /// <summary>Whether there is no such record, which must exist.</summary>
    public bool IsMissing { get; }

    /// <summary>The reason in one word, for lists: <c>damaged</c> or <c>newer</c>.</summary>
    public string Word => IsNewer ? "newer" : "damaged";

    /// <summary>The content of the record is not valid.</summary>
    /// <param name="reason">What is wrong with it, as the end of a sentence.</param>
    public static UnreadableRecordException Damaged(ContentKey key, string reason, string? etag = null, Exception? inner = null) =>
        new(key, $"The record '{key}' is damaged: {reason}.", etag, isNewer: false, inner, isLost: true);

    /// <summary>The same problem with a remedy at the end of the message.</summary>
    /// <param name="remedy">What to do, as a sentence.</param>
    public UnreadableRecordException With(string remedy) => new(ContentKey.Parse(Key), $"{Message} {remedy}", ETag, IsNewer, InnerException, IsLost);

    /// <summary>A record that must exist does not.</summary>
    /// <param name="what">What the record holds, as the beginning of a sentence that ends with "is missing".</param>
    /// <param name="remedy">What to do, as a sentence.</param>
    public static UnreadableRecordException Missing(ContentKey key, string what, string remedy) =>
        new(key, $"{what} is missing: there is no '{key}', the storage was changed. {remedy}", etag: null, isNewer: false, null, isMissing: true);

    /// <summary>
    /// The record cannot be read and may be intact. The store's exception is not kept as the cause: callers would take it for an unavailable store
    /// and retry, which does not help.
    /// </summary>
    public static UnreadableRecordException OutOfReach(ContentKey key, ContentStoreException problem) =>
        new(key, $"The record '{key}' cannot be read: {problem.Message}", etag: null, isNewer: false, null);

    /// <summary>A newer version wrote the record.</summary>
    public static UnreadableRecordException Newer(ContentKey key, int format, string? etag) => new(
        key,
        $"The record '{key}' was written by a newer version of orchestrator, in format {format}; "
        + $"this one reads formats up to {IStoredRecord.CurrentFormat}. Use that version.",
        etag,
        isNewer: true,
        null);
}
