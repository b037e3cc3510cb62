using System.Globalization;
using System.Text.Json;
using System.Text.Json.Nodes;
using Orchestrator.Storage;

namespace Orchestrator.CrashSweep.Running;

/// <summary>
/// Reads the bytes of a run's log, independently of the app: the records of attempts, of which the first of each attempt counts, the events, and the
/// parts of the run's own attempts. An incomplete last line, which a crash cut off, is none.
/// </summary>
internal static class SweepLog
{
    public static ContentKey Key(string runId) => ContentKey.Of("runs", runId, "log-0.jsonl");

    /// <summary>The run whose log this is; null for any other key.</summary>
    public static string? RunOf(ContentKey key) => key.Value.Split('/') is ["runs", var run, "log-0.jsonl"] ? run : null;

    /// <summary>The records of attempts that count, in their order.</summary>
    public static IEnumerable<SweepRecord> Records(IContentStore store, string runId) =>
        Lines(Content(store, runId)).Select(line => SweepRecord.Of(runId, line)).OfType<SweepRecord>().DistinctBy(record => record.Attempt);

    /// <summary>All records of attempts, with those that do not count.</summary>
    public static IEnumerable<SweepRecord> AllRecords(IContentStore store, string runId) => RecordsIn(runId, Content(store, runId));

    /// <summary>The records of attempts in the complete lines of these bytes.</summary>
    public static IEnumerable<SweepRecord> RecordsIn(string runId, ReadOnlyMemory<byte> content) =>
        Lines(content).Select(line => SweepRecord.Of(runId, line)).OfType<SweepRecord>();

    /// <summary>The events, those that the records of attempts are among them.</summary>
    public static IEnumerable<JsonObject> Events(IContentStore store, string runId)
    {
        var ended = new HashSet<SweepAttempt>();
        foreach (var line in Lines(Content(store, runId)).OfType<JsonObject>())
        {
            if (line["event"] is JsonObject item)
            {
                yield return item;
            }
            else if (SweepRecord.Of(runId, line) is { Ended: { } name } record && ended.Add(record.Attempt))
            {
                yield return new JsonObject
                {
                    ["event"] = name,
                    ["stepId"] = record.Attempt.Step,
                    ["stepPath"] = record.Attempt.Step,
                    ["runAttempt"] = record.Attempt.RunAttempt,
                    ["attempt"] = record.Attempt.Number,
                    ["at"] = record.Checkpoint["completedAt"]!.DeepClone(),
                    ["checkpoint"] = record.Checkpoint.DeepClone(),
                };
            }
        }
    }

    /// <summary>Complete lines that are damaged. A cut line is incomplete, and what is appended later replaces it.</summary>
    public static int Damaged(IContentStore store, string runId) => Lines(Content(store, runId)).Count(line => line is null);

    /// <summary>Where the first record of an attempt of the run is, in bytes; null when the log has none.</summary>
    public static long? FirstOf(IContentStore store, string runId, int runAttempt)
    {
        var content = Content(store, runId);
        long offset = 0;
        foreach (var line in Lines(content))
        {
            var of = (int?)line?["event"]?["runAttempt"] ?? (int?)line?["checkpoint"]?["runAttempt"];
            if (of == runAttempt)
            {
                return offset;
            }

            offset += content.Span[(int)offset..].IndexOf((byte)'\n') + 1;
        }

        return null;
    }

    /// <summary>Where the log ended when each later attempt of the run was prepared, in bytes, by the attempt's number.</summary>
    public static IEnumerable<(int RunAttempt, long From)> Prepared(IContentStore store, string runId)
    {
        var record = Json(store, ContentKey.Of("runs", runId, "run.json"));
        var parts = Parts(store, runId).ToDictionary(part => part.Name, part => part.Value, StringComparer.Ordinal);
        foreach (var name in record?["resumed"]?.AsArray() ?? [])
        {
            var run = parts[$"prepared-{name}"];
            yield return ((int)run["runAttempt"]!, (long?)run["logFrom"] ?? 0);
        }
    }

    /// <summary>What the attempts of the run that has the id now execute, and their outputs. Of several of one name the first counts.</summary>
    public static IEnumerable<(string Name, JsonNode Value)> Parts(IContentStore store, string runId)
    {
        var stamp = (string?)Json(store, ContentKey.Of("runs", runId, "run.json"))?["stamp"];
        return Lines(Content(store, runId))
            .Where(line => line?["part"] is JsonObject part && (string?)part["stamp"] == stamp)
            .DistinctBy(line => (string?)line!["part"]!["name"])
            .Select(line => ((string)line!["part"]!["name"]!, line["part"]!["value"] ?? Beside(line)));

        JsonNode Beside(JsonObject line) => Json(store, ContentKey.Of("runs", runId, "outputs", (string)line["beside"]!["value"]!))!;
    }

    private static JsonObject? Json(IContentStore store, ContentKey key) =>
        store.GetAsync(key).GetAwaiter().GetResult() is { } content ? Parse(content.Bytes.Span) : null;

    private static ReadOnlyMemory<byte> Content(IContentStore store, string runId) =>
        store.GetAsync(Key(runId)).GetAwaiter().GetResult()?.Bytes ?? default;

    /// <summary>What each complete line says; null for one that is damaged.</summary>
    private static IEnumerable<JsonObject?> Lines(ReadOnlyMemory<byte> content)
    {
        while (content.Span.IndexOf((byte)'\n') is var end and >= 0)
        {
            yield return RecordFrame.Read(content[..end], null, out var json) is null ? Parse(json.Span) : null;
            content = content[(end + 1)..];
        }
    }

    private static JsonObject? Parse(ReadOnlySpan<byte> json)
    {
        try
        {
            var reader = new Utf8JsonReader(json);
            return JsonNode.Parse(ref reader) as JsonObject;
        }
        catch (JsonException)
        {
            return null;
        }
    }
}

/// <summary>Names an attempt of a step.</summary>
internal sealed record SweepAttempt(string Run, string Step, int RunAttempt, int Number)
{
    public override string ToString() => string.Create(CultureInfo.InvariantCulture, $"runs/{Run}/{Step}/{RunAttempt}-{Number}");
}

/// <summary>The record of an attempt.</summary>
/// <param name="Ended">The event that it is; null for one that a fork copied.</param>
/// <param name="Whole">The record in JSON.</param>
internal sealed record SweepRecord(SweepAttempt Attempt, string? Ended, JsonObject Whole)
{
    public JsonObject Checkpoint => Whole["checkpoint"]!.AsObject();

    public string? Writer => (string?)Whole["writer"];

    public static SweepRecord? Of(string run, JsonObject? line) => line?["checkpoint"] is JsonObject checkpoint
        ? new SweepRecord(
            new SweepAttempt(run, (string)checkpoint["stepPath"]!, (int?)checkpoint["runAttempt"] ?? 0, (int)checkpoint["attempt"]!),
            (string?)line["ended"],
            line)
        : null;
}
