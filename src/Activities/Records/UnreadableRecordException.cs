using Orchestrator.Storage;

namespace Orchestrator.Activities.Records;

/// <summary>
/// A record in the content store cannot be used: it is damaged, missing, of another version of this program, or cannot be read. The message names the
/// record and the reason.
/// </summary>
public sealed class UnreadableRecordException : Exception
{
    private const string Newer = "newer";
    private const string Older = "older";

    private UnreadableRecordException(
        ContentKey key, string message, string? etag, Exception? inner, bool isLost = false, bool isMissing = false, string word = "damaged")
        : base(message, inner)
    {
        (IsLost, IsMissing, Word) = (isLost, isMissing, word);
        Key = key.Value;
        ETag = etag;
    }

    /// <summary>The record's key in the store; in a state folder, its path.</summary>
    public string Key { get; }

    /// <summary>The ETag of the stored value; null when it could not be read.</summary>
    public string? ETag { get; }

    /// <summary>Whether a newer version wrote it.</summary>
    public bool IsNewer => Word == Newer;

    /// <summary>Whether an earlier version wrote it, in a format that this one does not read.</summary>
    public bool IsOlder => Word == Older;

    /// <summary>Whether it was read and is damaged, so that its content is lost. A record that could not be read may be intact.</summary>
    public bool IsLost { get; }

    /// <summary>Whether there is no such record, which must exist.</summary>
    public bool IsMissing { get; }

    /// <summary>The reason in one word, for lists: <c>damaged</c>, <c>newer</c> or <c>older</c>.</summary>
    public string Word { get; }

    /// <summary>The content of the record is not valid.</summary>
    /// <param name="reason">What is wrong with it, as the end of a sentence.</param>
    public static UnreadableRecordException Damaged(ContentKey key, string reason, string? etag = null, Exception? inner = null) =>
        new(key, $"The record '{key}' is damaged: {reason}.", etag, inner, isLost: true);

    /// <summary>The same problem with a remedy at the end of the message.</summary>
    /// <param name="remedy">What to do, as a sentence.</param>
    public UnreadableRecordException With(string remedy) =>
        new(ContentKey.Parse(Key), $"{Message} {remedy}", ETag, InnerException, IsLost, word: Word);

    /// <summary>A record that must exist does not.</summary>
    /// <param name="what">What the record holds, as the beginning of a sentence that ends with "is missing".</param>
    /// <param name="remedy">What to do, as a sentence.</param>
    public static UnreadableRecordException Missing(ContentKey key, string what, string remedy) =>
        new(key, $"{what} is missing: there is no '{key}', the storage was changed. {remedy}", etag: null, null, isMissing: true);

    /// <summary>A file, such as the log of a run, lacks a record that it must have.</summary>
    /// <param name="what">What the record holds, as the beginning of a sentence that ends with "is missing".</param>
    /// <param name="remedy">What to do, as a sentence.</param>
    public static UnreadableRecordException MissingIn(ContentKey key, string what, string remedy) =>
        new(key, $"{what} is missing: '{key}' does not have it, the storage was changed. {remedy}", etag: null, null, isMissing: true);

    /// <summary>
    /// The record cannot be read and may be intact. The store's exception is not kept as the cause: callers would take it for an unavailable store
    /// and retry, which does not help.
    /// </summary>
    public static UnreadableRecordException OutOfReach(ContentKey key, ContentStoreException problem) =>
        new(key, $"The record '{key}' cannot be read: {problem.Message}", etag: null, null);

    /// <summary>Another version wrote the record, in a format that this one does not read.</summary>
    /// <param name="format">The format it was written in.</param>
    /// <param name="read">The format that this version reads.</param>
    public static UnreadableRecordException OfFormat(ContentKey key, int format, int read, string? etag)
    {
        var word = format > read ? Newer : Older;
        return new(
            key,
            $"The record '{key}' was written by {(word == Newer ? "a newer" : "an earlier")} version of orchestrator, in format {format}; "
            + $"this one reads format {read}. Use that version.",
            etag,
            null,
            word: word);
    }
}
