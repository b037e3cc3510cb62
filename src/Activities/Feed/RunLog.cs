using Orchestrator.Activities.Records;
using Orchestrator.Activities.RunLogs;
using Orchestrator.Activities.Runs;
using Orchestrator.Storage;

namespace Orchestrator.Activities.Feed;

/// <summary>The events of a run so far, without the pieces of streamed texts.</summary>
/// <param name="Flaws">What could not be read, each as a sentence that names the file and the place.</param>
/// <param name="Obstacle">Why the log can be neither read nor appended to, such as a missing right; null when it can.</param>
public sealed record RunLog(IReadOnlyList<RunEvent> Events, IReadOnlyList<string> Flaws, string? Obstacle = null)
{
    /// <summary>What the attempts of the run execute, and their outputs; null when the log cannot be read.</summary>
    internal LoggedParts? Parts { get; init; }
}

/// <summary>
/// Reads all events of a run. What the log lacks is said, so that cost is never counted as 0 without a warning. Linear in the run. Thread-safe.
/// </summary>
public sealed class RunLogReader(RunLogStore logs)
{
    /// <summary>How many damaged lines are named; the others are counted.</summary>
    private const int MaxNamed = 5;

    /// <summary>Reads the log.</summary>
    /// <exception cref="ContentStoreException">The store is not available.</exception>
    public async Task<RunLog> ReadAsync(RunRecord run, CancellationToken cancellationToken)
    {
        ArgumentNullException.ThrowIfNull(run);
        var (events, damaged, reader, parts) =
            (new List<RunEvent>(), new List<LogFlaw>(), new LogEvents(run.Identity), new LoggedParts(run.Stamp));
        try
        {
            await foreach (var page in logs.PagesAsync(run.RunId, 0, cancellationToken))
            {
                damaged.AddRange(page.Flaws);
                events.AddRange(reader.Of(page));
                parts.Read(page);
            }
        }
        catch (UnreadableRecordException problem)
        {
            return new RunLog([], [$"{problem.Message} {Lost}"], problem.Message);
        }

        return new RunLog(events, [.. Flaws(run, events, damaged)]) { Parts = parts };
    }

    private const string Lost = "Of the steps that it recorded, it is not known how they ended, and what they cost is not counted.";

    private static IEnumerable<string> Flaws(RunRecord run, List<RunEvent> events, List<LogFlaw> damaged)
    {
        foreach (var flaw in damaged.Take(MaxNamed))
        {
            yield return $"{RunLogStore.Damaged(run.RunId, flaw).Message} What it recorded, perhaps the end of a step and its cost, is not counted.";
        }

        if (damaged.Count > MaxNamed)
        {
            yield return $"The log '{RunKeys.Log(run.RunId)}' has {damaged.Count - MaxNamed} more damaged lines.";
        }

        if (events.Count == 0 && damaged.Count == 0 && run.StartedAt is not null)
        {
            yield return $"The log '{RunKeys.Log(run.RunId)}' is empty or missing. {Lost}";
        }
    }
}
