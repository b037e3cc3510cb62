using Orchestrator.Activities.Checkpoints;
using Orchestrator.Activities.Records;
using Orchestrator.Activities.Runs;
using Orchestrator.Storage;

namespace Orchestrator.Activities.Feed;

/// <summary>The events of a run so far.</summary>
/// <param name="Flaws">What could not be read, each as a sentence that names the file.</param>
/// <param name="Obstacle">Why the log can be neither read nor appended to, such as a missing right; null when it can.</param>
public sealed record RunLog(IReadOnlyList<RunEvent> Events, IReadOnlyList<string> Flaws, string? Obstacle = null);

/// <summary>
/// Reads all events of a run. Where the log is cut, damaged or missing, events are rebuilt from the steps' checkpoints, which also have the result
/// and the cost of each attempt: so cost is never counted as 0 without a warning. Linear in the run. Thread-safe.
/// </summary>
public sealed class RunLogReader(RunEventFeed feed, CheckpointStore checkpoints)
{
    /// <summary>Reads the log, and the checkpoints only when the log looks incomplete.</summary>
    public async Task<RunLog> ReadAsync(RunRecord run, CancellationToken cancellationToken)
    {
        ArgumentNullException.ThrowIfNull(run);
        var (page, problem) = await PageAsync(run, cancellationToken);
        if (problem is null && page.BadLines == 0 && IsComplete(run, page.Events))
        {
            return new RunLog(page.Events, []);
        }

        var ended = page.Events
            .Where(item => item is { StepPath: not null, Attempt: not null } && RunEventNames.EndsAttempt(item.Event))
            .Select(item => (item.RunAttempt, item.StepPath!, item.Attempt!.Value))
            .ToHashSet();
        var flaws = new List<string>();
        var records = await RecordsAsync(run, flaws, cancellationToken);
        if (Describe(run, page, problem, records.Keys.Count(key => !ended.Contains(key))) is { } flaw)
        {
            flaws.Insert(0, flaw);
        }

        var added = records.Values
            .SelectMany(record => StepEvents.Of(record, records.ContainsKey((record.RunAttempt, record.StepPath, record.Attempt + 1))))
            .Where(item => !RunEventNames.EndsAttempt(item.Event) || !ended.Contains((item.RunAttempt, item.StepPath!, item.Attempt!.Value)));

        // In the order of each step's attempts, whichever of them the log lacks. Readers drop duplicates.
        return new RunLog([.. page.Events.Concat(added).OrderBy(item => item.RunAttempt).ThenBy(Place)], flaws, problem);
    }

    /// <summary>Sorts an event among the attempts of its step: an end without an attempt was decided after all of them.</summary>
    private static int Place(RunEvent item) => item.Attempt ?? (IsEndWithoutAttempt(item) ? int.MaxValue : 0);

    private static bool IsEndWithoutAttempt(RunEvent item) =>
        item.StepPath is not null && item.Event is RunEventNames.StepSkipped or RunEventNames.StepCancelled or RunEventNames.StepFailed;

    private async Task<(EventPage Page, string? Problem)> PageAsync(RunRecord run, CancellationToken cancellationToken)
    {
        try
        {
            return (await feed.ReadAsync(run.Identity, 0, cancellationToken), null);
        }
        catch (ContentStoreException problem) when (problem.IsOfOneValue)
        {
            return (new EventPage([], 0), problem.Message);
        }
    }

    /// <summary>
    /// Whether the log has the start and the end of every attempt of the run that the run's record has, and, in attempts of the run that have ended,
    /// the end of every attempt of a step: a process may die between the checkpoint and the event.
    /// </summary>
    private static bool IsComplete(RunRecord run, IReadOnlyList<RunEvent> events)
    {
        var (begun, ended) = (new HashSet<int>(), new HashSet<int>());
        var open = new HashSet<(int RunAttempt, string StepPath, int Attempt)>();
        foreach (var item in events)
        {
            _ = item.Event == RunEventNames.RunStarted ? begun.Add(item.RunAttempt) : RunEventNames.IsFinal(item.Event) && ended.Add(item.RunAttempt);
            if (item is { StepPath: { } step, Attempt: { } attempt })
            {
                _ = item.Event == RunEventNames.StepStarted
                    ? open.Add((item.RunAttempt, step, attempt))
                    : RunEventNames.EndsAttempt(item.Event) && open.Remove((item.RunAttempt, step, attempt));
            }
        }

        return run.Attempts.All(attempt =>
                (attempt.StartedAt is null || begun.Contains(attempt.N)) && (attempt.Status is null || ended.Contains(attempt.N)))
            && !open.Any(step => ended.Contains(step.RunAttempt));
    }

    /// <summary>
    /// A sentence about what is missing; null when nothing is: an event whose write a crash interrupted is written again, and the end of a run is in
    /// its record first.
    /// </summary>
    private static string? Describe(RunRecord run, EventPage page, string? problem, int missing)
    {
        var file = RunKeys.Events(run.RunId);
        var attempts = missing == 1 ? "attempt" : "attempts";
        var damaged = page.BadLines == 0 ? "" : $" and has damaged lines ({page.BadLines})";
        var reason = problem is not null ? $"cannot be read: {problem.TrimEnd('.')}"
            : page.Events.Count == 0 && run.StartedAt is not null
                ? page.BadLines == 0 ? "is empty or missing" : "is damaged: it holds no event of the run"
            : missing > 0 ? $"lacks the end of {missing} {attempts} of steps{damaged}"
            : null;
        return reason is null
            ? null
            : $"The event log '{file}' {reason}. "
                + "Time, tokens and cost are taken from the records of the steps; of steps that have none, it is not known how they ended.";
    }

    /// <summary>The checkpoints of all attempts of the run, without those that a fork copied: they cost this run nothing.</summary>
    private async Task<Dictionary<(int RunAttempt, string Step, int Attempt), StepCheckpoint>> RecordsAsync(
        RunRecord run, List<string> flaws, CancellationToken cancellationToken)
    {
        var records = new Dictionary<(int RunAttempt, string Step, int Attempt), StepCheckpoint>();
        await foreach (var key in checkpoints.KeysAsync(run.RunId, cancellationToken))
        {
            try
            {
                if (await checkpoints.FindAsync(run.Identity, key, cancellationToken) is { RunAttempt: > 0 } record)
                {
                    records[(record.RunAttempt, record.StepPath, record.Attempt)] = record;
                }
            }
            catch (UnreadableRecordException problem)
            {
                flaws.Add(problem.Message);
            }
        }

        return records;
    }
}
