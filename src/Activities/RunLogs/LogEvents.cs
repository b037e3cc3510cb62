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

    /// <summary>The events of the next records, in their order.</summary>
    public IEnumerable<RunEvent> Of(LogPage page)
    {
        foreach (var (record, _, _) in page.Records)
        {
            if (!record.IsOf(run.Stamp) || record.AsEvent() is not { } item)
            {
                continue;
            }

            if (record.Checkpoint is { } checkpoint)
            {
                var key = AttemptKey.Of(checkpoint);
                if (!_ended.Add(key))
                {
                    continue;
                }

                if (!_started.Remove(key) && checkpoint.HasWorked)
                {
                    yield return StepEvents.Started(checkpoint);
                }
            }
            else if (IsLateStart(item))
            {
                continue;
            }

            yield return item;
        }
    }

    /// <summary>Whether it is the start of an attempt that has ended; otherwise the start is remembered.</summary>
    private bool IsLateStart(RunEvent item)
    {
        if (item is not { Event: RunEventNames.StepStarted, StepPath: { } step, Attempt: { } attempt })
        {
            return false;
        }

        var key = new AttemptKey(item.RunAttempt, step, attempt);
        if (_ended.Contains(key))
        {
            return true;
        }

        _started.Add(key);
        return false;
    }
}
