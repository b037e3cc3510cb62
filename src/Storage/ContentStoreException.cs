namespace Orchestrator.Storage;

/// <summary>
/// The store cannot do what it was asked: no permission, a full or read-only disk, a name that is taken by a folder. The message names the place
/// and the remedy. A write that failed so may still have happened; repeat it or read it back.
/// </summary>
/// <param name="location">Where it happened: the path of a file or folder, or a key.</param>
public class ContentStoreException(string location, string message, Exception? innerException = null)
    : Exception(message, innerException)
{
    public string Location { get; } = location;

    /// <summary>Whether the disk, or what the account may use of it, is full: deletions still work, and after them writes do.</summary>
    public bool IsFull { get; init; }

    /// <summary>
    /// The problem and the remedy, in sentences that name settings and no place: for callers who need not know where the store is. Null: the message alone tells.
    /// </summary>
    public string? Hint { get; init; }

    /// <summary>Whether only this value cannot be used (<see cref="ContentValueException"/>).</summary>
    public bool IsOfOneValue => this is ContentValueException;
}

/// <summary>
/// The store answers and only this value cannot be used, for instance since a folder is in its place or the account has no right to it: trying again is of
/// no use, and others need not suffer for it.
/// </summary>
public sealed class ContentValueException(string location, string message, Exception? innerException = null)
    : ContentStoreException(location, message, innerException);
