using System.Globalization;
using System.Text.Json.Nodes;
using System.Text.RegularExpressions;
using Orchestrator.CrashSweep.Running;
using Orchestrator.Storage;

namespace Orchestrator.CrashSweep.Checking;

/// <summary>
/// Requests that were in flight when a process died: the record of the attempt counts each execution that the feed tells of, but for its own. Where
/// the clock stands still between two lives, two starts of one moment are one or two.
/// </summary>
internal static partial class SweepLost
{
    /// <summary>Finds what is wrong with the records of a run that reuses none of another run.</summary>
    /// <param name="sharesClaims">A claim that was taken over counts as a request, even if its execution had not written the event of its
    /// start.</param>
    public static IEnumerable<string> Compare(IContentStore store, string run, bool sharesClaims)
    {
        var starts = SweepLog.Events(store, run).Where(item => (string?)item["event"] == "step.started")
            .ToLookup(item => $"{item["stepPath"]}/{item["runAttempt"]}-{item["attempt"]}", item => At(item["at"]));
        foreach (var item in SweepLog.Records(store, run))
        {
            var record = item.Checkpoint;
            if ((string?)record["type"] != "prompt" || (string?)record["error"]?["kind"] == "templateError")
            {
                continue;
            }

            var begun = starts[$"{record["stepPath"]}/{record["runAttempt"]}-{record["attempt"]}"].ToList();

            // A record that was written without an execution has no start: of a step that was cancelled before it began, and of one that an upgrade
            // interrupted.
            var isWithoutWork = (string?)record["reason"] == "lost"
                || ((string?)record["error"]?["message"])?.EndsWith("was cancelled before it started.", StringComparison.Ordinal) == true;
            var own = isWithoutWork ? 0 : 1;
            var (lost, most) = (Math.Max(0, begun.Distinct().Count() - own), Math.Max(0, begun.Count - own));
            var counted = Counted(record);
            if ((counted < lost || counted > most) && !(sharesClaims && counted == 1))
            {
                yield return $"The record '{item.Attempt}' counts {counted} lost requests, and {lost} to {most} executions began and ended without one.";
            }

            if (counted > 0 && !((bool?)record["usage"]?["estimated"] == true && (long?)record["usage"]?["inputTokens"] >= counted))
            {
                yield return $"The record '{item.Attempt}' counts {counted} lost requests, and its usage is {record["usage"]?.ToJsonString()}.";
            }
        }
    }

    /// <summary>Whether a warning reports lost requests, which the run without faults has not.</summary>
    public static bool IsTold(string? warning) => warning is not null && Warning().IsMatch(warning);

    private static int Counted(JsonObject record) =>
        (record["warnings"] as JsonArray ?? []).Select(warning => Warning().Match((string?)warning ?? "")).Where(match => match.Success)
            .Sum(match => int.Parse(match.Groups[1].ValueSpan, CultureInfo.InvariantCulture));

    private static DateTimeOffset At(JsonNode? time) => DateTimeOffset.Parse((string)time!, CultureInfo.InvariantCulture);

    [GeneratedRegex("the input of ([0-9]+) requests? of this attempt is counted as an estimate")]
    private static partial Regex Warning();
}
