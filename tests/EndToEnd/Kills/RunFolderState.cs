using System.Text.Json;

namespace Orchestrator.EndToEnd.Kills;

/// <summary>What was finished of a run at one moment, and how often each attempt had begun.</summary>
/// <param name="Starts">By the path of the attempt's record.</param>
internal sealed record RunFolderState(
    IReadOnlyDictionary<string, Checkpoint> Records, IReadOnlyDictionary<string, int> Starts, IReadOnlyDictionary<string, int> Ends, bool HasEnded)
{
    public static RunFolderState Of(RunFolder folder)
    {
        var events = folder.Events();
        return new RunFolderState(
            folder.Checkpoints(),
            events.Where(item => Name(item) == "step.started").CountBy(FileOf).ToDictionary(),
            events.Where(item => Name(item) is "step.completed" or "step.retrying" or "step.failed")
                .GroupBy(FileOf).ToDictionary(same => same.Key, same => same.Select(item => item.GetRawText()).Distinct().Count()),
            events.Any(item => Name(item) == "run.completed"));
    }

    /// <summary>Nothing that was finished here was touched or began again until <paramref name="now"/>.</summary>
    public void Require(RunFolderState now, string run)
    {
        foreach (var (file, record) in Records)
        {
            KillCampaign.Require(now.Records.GetValueOrDefault(file) == record, $"{run}: the record {file} was there at a kill and was changed or lost.");
            KillCampaign.Require(now.Starts.GetValueOrDefault(file) == Starts.GetValueOrDefault(file), $"{run}: {file} was finished and began again.");
        }

        KillCampaign.Require(now.Ends.Values.All(ends => ends == 1), $"{run}: an attempt has several ends.");
    }

    private static string? Name(JsonElement item) => item.GetProperty("event").GetString();

    private static string FileOf(JsonElement item) => Path.Combine(
        item.GetProperty("stepId").GetString()!, $"{item.GetProperty("runAttempt").GetInt32()}-{item.GetProperty("attempt").GetInt32()}.json");
}
