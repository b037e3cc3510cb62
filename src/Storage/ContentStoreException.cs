namespace Orchestrator.Storage;

/// <summary>
/// A store operation failed, for instance because of permissions, a full or read-only disk, or a folder at the path of a file. The message names the
/// place and the remedy. A failed write may have happened all the same: repeat it or read the value.
/// </summary>
/// <param name="location">The path of a file or folder, a key, or the name of a setting.</param>
public class ContentStoreException(string location, string message, Exception? innerException = null)
    : Exception(message, innerException)
{
    /// <summary>The path of a file or folder, a key, or the name of a setting.</summary>
    public string Location { get; } = location;

    /// <summary>Whether the disk is full or the quota is used up: deletions still work, and make room for writes.</summary>
    public bool IsFull { get; init; }

    /// <summary>
    /// The problem and the remedy without the location of the store, for callers who must not see it. Null: there is only the message.
    /// </summary>
    public string? Hint { get; init; }

    /// <summary>Whether only this value cannot be used (<see cref="ContentValueException"/>).</summary>
    public bool IsOfOneValue => this is ContentValueException;
}

/// <summary>
/// Only this value cannot be used, for instance because a folder is at its path or permission is denied; the store itself works. A retry does not
/// help, and other values are not affected.
/// </summary>
public sealed class ContentValueException(string location, string message, Exception? innerException = null)
    : ContentStoreException(location, message, innerException);
