using System.Text.Json;
using System.Text.Json.Nodes;
using System.Text.RegularExpressions;
using Orchestrator.Activities.Feed;
using Orchestrator.CrashSweep.Running;
using Orchestrator.Storage;
using Orchestrator.Workflows.Serialization;

namespace Orchestrator.CrashSweep.Checking;

/// <summary>Everything that a run left, without times and what depends on them, so that two runs can be compared: texts by name.</summary>
internal static partial class SweepSnapshot
{
    /// <summary>The documents of the runs that are not deleted.</summary>
    public const string Documents = "the runs' documents";

    private static readonly HashSet<string> OfTime = new(StringComparer.Ordinal)
    {
        // A member of an idempotency key: a client whose answer came before it was written does not ask again.
        "begun",

        // Of a record in the log: each process has another name.
        "writer",

        // Where the log ended: repeated events make it longer. SweepJudgement compares it with the log.
        "logFrom",
        "at", "stamp", "createdAt", "fromCache", "readyAt", "startedAt", "completedAt", "durationMs", "queuedMs", "usage", "spent", "pools", "etag",
        "suspensions",
    };

    /// <param name="afterOutage">Leaves out cached answers and warnings: while the store is unavailable, answers are not cached, and a warning says
    /// so.</param>
    /// <exception cref="SweepException">A record cannot be read.</exception>
    public static IReadOnlyDictionary<string, string> Of(SweepResult result, bool afterOutage)
    {
        var texts = new SortedDictionary<string, string>(StringComparer.Ordinal);
        var anyError = result.Case.Definition.FailsAnywhere;
        foreach (var key in SweepRuns.Keys(result.Disk.Store).Where(key => IsCompared(key, afterOutage, result.Survivors.Count > 0)))
        {
            var content = result.Disk.Store.GetAsync(key).GetAwaiter().GetResult()!;
            var text = Text(key.Value, content.Bytes.Span, afterOutage, anyError);

            // An entry of the index may call an ended run open; the list of runs asks the record then, and is compared below. A definition that was
            // set aside before a run named it is found there until it is put back, and may stand in both places.
            texts[Resumed().Replace(Nineteen().Replace(Aside().Replace(key.Value, ""), "<time>"), "<resumed>")] =
                key.Value.StartsWith("index/", StringComparison.Ordinal) ? "readable" : text;
        }

        foreach (var record in SweepRuns.Records(result.Disk.Store))
        {
            var json = JsonSerializer.SerializeToUtf8Bytes(record.Whole, WorkflowJson.Compact);
            texts.Add($"{record.Attempt}", Text($"{record.Attempt}", json, afterOutage, anyError));
        }

        foreach (var run in SweepRuns.In(result.Disk.Store))
        {
            foreach (var (part, value) in SweepLog.Parts(result.Disk.Store, run))
            {
                var name = $"runs/{run}/{Resumed().Replace(part, "<resumed>")}";
                texts[name] = Text(name, JsonSerializer.SerializeToUtf8Bytes(value, WorkflowJson.Compact), afterOutage, anyError);
            }
        }

        var reader = result.App.Get<RunReader>();
        var documents = SweepRuns.In(result.Disk.Store).Select(run => reader.FindAsync(run, CancellationToken.None).GetAwaiter().GetResult())
            .ToList();
        texts.Add(Documents, Text(Documents, JsonSerializer.SerializeToUtf8Bytes(documents, WorkflowJson.Compact), afterOutage, anyError));
        var list = result.App.Get<RunLister>().ListAsync(new RunFilter(), CancellationToken.None).GetAwaiter().GetResult();
        texts.Add(
            "the list of runs", Text("the list of runs", JsonSerializer.SerializeToUtf8Bytes(list, WorkflowJson.Compact), afterOutage, anyError));
        return texts;
    }

    /// <param name="afterDeath">Leaves out claims: that of a killed process remains, since only its owner deletes it; a record makes it void.</param>
    private static bool IsCompared(ContentKey key, bool afterOutage, bool afterDeath) =>
        !key.Value.EndsWith(".jsonl", StringComparison.Ordinal)
        && !(afterOutage && key.Value.StartsWith("cache/", StringComparison.Ordinal))
        && !(afterDeath && key.Value.Split('/') is ["runs", _, "claims", ..]);

    private static string Text(string name, ReadOnlySpan<byte> json, bool afterOutage, bool anyError)
    {
        try
        {
            var reader = new Utf8JsonReader(json);
            var node = JsonNode.Parse(ref reader);
            var text = Strip(node, afterOutage, anyError)?.ToJsonString() ?? "null";

            // Spent usage includes lost requests, also in the plan of an attempt, whose name is the hash of its content.
            return Resumed().Replace(Spent().Replace(text, "has spent its budget, <amount>"), "<resumed>");
        }
        catch (JsonException exception)
        {
            throw new SweepException($"'{name}' cannot be read.", exception);
        }
    }

    private static JsonNode? Strip(JsonNode? node, bool afterOutage, bool anyError)
    {
        if (node is JsonArray array)
        {
            // Which requests a death loses depends on the moment; SweepLost compares them with the feed.
            array.RemoveAll(item => item is JsonValue value && value.TryGetValue<string>(out var warning) && SweepLost.IsTold(warning));
            foreach (var item in array)
            {
                Strip(item, afterOutage, anyError);
            }
        }
        else if (node is JsonObject members)
        {
            // The progress of a step at its cancellation depends on the moment.
            var cancelled = members["status"] is JsonValue status && status.TryGetValue<string>(out var text) && text == "cancelled"
                && !members.ContainsKey("definitionHash") && !members.ContainsKey("workflow");
            var isRun = members.ContainsKey("workflow") || members.ContainsKey("n");
            foreach (var name in members.Select(member => member.Key).Where(name => cancelled
                ? name is not ("status" or "reason")
                : OfTime.Contains(name) || (afterOutage && name == "warnings") || (anyError && isRun && name == "error")).ToList())
            {
                members.Remove(name);
            }

            foreach (var member in members)
            {
                Strip(member.Value, afterOutage, anyError);
            }
        }

        return node;
    }

    [GeneratedRegex("has spent its budget, [0-9.]+")]
    private static partial Regex Spent();

    [GeneratedRegex("(?<![0-9a-f])[0-9]+-[0-9a-f]{16}(?![0-9a-f])")]
    private static partial Regex Resumed();

    [GeneratedRegex("(?<=^definitions/)unused-[0-9]{19}-")]
    private static partial Regex Aside();

    [GeneratedRegex("[0-9]{19}")]
    private static partial Regex Nineteen();
}
