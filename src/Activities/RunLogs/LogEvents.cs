using Orchestrator.Workflows.Runs;

namespace Orchestrator.Activities.RunLogs;

/// <summary>
/// The events of one run in the records of its log. Records of another run of the id, and further checkpoints of an attempt that has one, are none.
/// The start of an attempt always comes before its end: its own record is written in the background, so it may come later, or be lost with its process.
/// For one reader, from the beginning of the log on; not thread-safe.
/// </summary>
internal sealed class LogEvents(RunIdentity run)
{
    private readonly HashSet<AttemptKey> _started = [];
    private readonly HashSet<AttemptKey> _ended = [];
    private readonly AttemptHolders _holders = new();

    /// <summary>The events of the next records, in their order.</summary>
    public IEnumerable<RunEvent> Of(LogPage page)
    {
        foreach (var (record, _, _) in page.Records)
        {
            // A start may come after the end of its attempt; one that came second does not count.
            var attempt = record.Attempt;
            if (!record.IsOf(run.Stamp) || (attempt is { } key && (_ended.Contains(key) || !_holders.Take(key, record))) || record.AsEvent() is not { } item)
            {
                continue;
            }

            if (record.Checkpoint is { } checkpoint)
            {
                _ended.Add(attempt!.Value);
                if (!_started.Remove(attempt.Value) && checkpoint.HasWorked)
                {
                    yield return StepEvents.Started(checkpoint);
                }
            }
            else if (attempt is { } begun)
            {
                _started.Add(begun);
            }

            yield return item;
        }
    }
}
