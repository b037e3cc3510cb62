namespace Orchestrator.Activities.RunLogs;

/// <summary>
/// Which execution works on each attempt of a step, where processes share the log: the order of the records decides. The start of work takes an attempt
/// that no other execution has, or that its <see cref="LogRecord.After"/> has, whose process is gone. A record that comes too late does not count. Where one
/// process drives a run, starts name no writer, and all of them count. Not thread-safe.
/// </summary>
internal sealed class AttemptHolders
{
    private readonly Dictionary<AttemptKey, string> _holders = [];

    /// <summary>The attempts that an execution has, each with its writer.</summary>
    public IReadOnlyDictionary<AttemptKey, string> All => _holders;

    /// <summary>The writer of the execution that has the attempt; null for none.</summary>
    public string? Find(AttemptKey key) => _holders.GetValueOrDefault(key);

    /// <summary>Takes a record of an attempt that has no checkpoint yet.</summary>
    /// <returns>Whether it counts: false for a start that came second, and for the end without work of an attempt that another execution works on.</returns>
    public bool Take(AttemptKey key, LogRecord record)
    {
        if (record.Writer is not { } writer)
        {
            return true;
        }

        var holder = Find(key);
        if (record.Checkpoint is { } checkpoint)
        {
            return (!checkpoint.WithoutWork || holder is null || holder == writer || holder == record.After) && (_holders.Remove(key) || true);
        }

        if (record.Released)
        {
            return holder == writer && _holders.Remove(key);
        }

        if (holder == writer || (holder is not null && holder != record.After))
        {
            return false;
        }

        _holders[key] = writer;
        return true;
    }
}
