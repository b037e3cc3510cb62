namespace Orchestrator.LocalHost.Journal;

/// <summary>A record of a history is intact and says nothing that this version of the program understands. The instance is refused.</summary>
/// <param name="problem">What is wrong with it, as a sentence. Names no place on this machine, so that clients may see it.</param>
/// <param name="cause">How it failed to be read; null when its content contradicts the records before it.</param>
internal sealed class UnknownRecordException(string problem, Exception? cause = null) : JournalException(
    $"{problem} Nothing was changed. Use the version of the program that wrote it, restore the history from a backup, or move it away to abandon "
    + "the instance.",
    cause)
{
    /// <summary>The problem of one record.</summary>
    /// <param name="number">The number of the record in its history, from 1.</param>
    public static UnknownRecordException Of(JournalId id, int number, Exception cause) =>
        new($"Record {number} of the history of '{id}' cannot be understood: {cause.Message}", cause);
}
