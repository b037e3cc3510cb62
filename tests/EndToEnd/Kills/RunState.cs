using System.Text.Json;

namespace Orchestrator.EndToEnd.Kills;

/// <summary>The finished attempts of a run at one moment, and when each attempt had begun.</summary>
/// <param name="Starts">By the name of the attempt's record.</param>
internal sealed record RunState(
    IReadOnlyDictionary<string, Checkpoint> Records, IReadOnlyDictionary<string, IReadOnlySet<string>> Starts, IReadOnlyDictionary<string, int> Ends,
    bool HasEnded)
{
    private static readonly IReadOnlySet<string> None = new HashSet<string>();

    public static async Task<RunState> OfAsync(StoredRun run)
    {
        var events = await run.EventsAsync();
        return new RunState(
            await run.CheckpointsAsync(),
            StoredRun.Starts(events),
            events.Where(item => StoredRun.NameOf(item) is "step.completed" or "step.retrying" or "step.failed")
                .GroupBy(StoredRun.AttemptOf).ToDictionary(same => same.Key, same => same.Select(item => item.GetRawText()).Distinct().Count()),
            events.Any(item => StoredRun.NameOf(item) == "run.completed"));
    }

    /// <summary>Checks that no finished attempt was changed or began again until <paramref name="now"/>.</summary>
    /// <exception cref="KillException">One was.</exception>
    public void Require(RunState now, string run)
    {
        foreach (var (attempt, record) in Records)
        {
            KillException.Unless(
                now.Records.GetValueOrDefault(attempt) == record, $"{run}: the record {attempt} was there at a kill and was changed or lost.");

            // A record can be there before the event that its execution began; that is told when the record is found.
            var own = JsonElement.Parse(record.Content).GetProperty("startedAt").GetString()!;
            var begun = now.Starts.GetValueOrDefault(attempt, None).Except(Starts.GetValueOrDefault(attempt, None)).Where(at => at != own).ToList();
            KillException.Unless(begun.Count == 0, $"{run}: {attempt} was finished and began again at {string.Join(", ", begun)}.");
        }

        KillException.Unless(now.Ends.Values.All(ends => ends == 1), $"{run}: an attempt has several ends.");
    }
}
