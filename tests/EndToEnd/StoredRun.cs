using System.Text;
using System.Text.Json;
using System.Text.Json.Nodes;
using Orchestrator.EndToEnd.Processes;
using Orchestrator.Storage;

namespace Orchestrator.EndToEnd;

/// <summary>
/// Reads one run from a state folder or a storage account, while a process executes it and after that was killed.
/// </summary>
internal sealed class StoredRun(IContentStore store, string runId)
{
    private static readonly TimeSpan PollInterval = TimeSpan.FromMilliseconds(20);

    /// <summary>The name of an attempt's record, from the record or an event about the attempt: <c>s1/1-2.json</c>.</summary>
    public static string AttemptOf(JsonElement item) =>
        $"{item.GetProperty("stepId").GetString()}/{item.GetProperty("runAttempt")}-{item.GetProperty("attempt")}.json";

    public static string? NameOf(JsonElement item) => item.GetProperty("event").GetString();

    /// <summary>
    /// The records of attempts, by step and attempt. Of two records of one attempt the first counts. One that is written again differs.
    /// </summary>
    public async Task<IReadOnlyDictionary<string, Checkpoint>> CheckpointsAsync()
    {
        var records = new Dictionary<string, Checkpoint>();
        foreach (var (record, line) in await LogAsync())
        {
            if (record.TryGetProperty("checkpoint", out var checkpoint))
            {
                records.TryAdd(AttemptOf(checkpoint), new Checkpoint(checkpoint.GetRawText(), line));
            }
        }

        return records;
    }

    /// <summary>
    /// The events of the log that were written whole, in their order. The record of an attempt is its end: it has the members of the record, its
    /// writer, and the time of the end as <c>at</c>.
    /// </summary>
    public async Task<IReadOnlyList<JsonElement>> EventsAsync() => [.. (await LogAsync()).Select(line => EventOf(line.Record)).OfType<JsonElement>()];

    /// <summary>When each attempt began, by the name of its record: a repeated event has the same time.</summary>
    public static IReadOnlyDictionary<string, IReadOnlySet<string>> Starts(IEnumerable<JsonElement> events) =>
        events.Where(item => NameOf(item) == "step.started")
            .GroupBy(AttemptOf).ToDictionary(
                same => same.Key,
                IReadOnlySet<string> (same) => same.Select(item => item.GetProperty("at").GetString()!).ToHashSet(StringComparer.Ordinal));

    /// <summary>How often each attempt began, by the name of its record.</summary>
    public async Task<IReadOnlyDictionary<string, int>> StartsAsync() =>
        Starts(await EventsAsync()).ToDictionary(starts => starts.Key, starts => starts.Value.Count);

    /// <summary>How many events of this name the feed has.</summary>
    public async Task<int> CountAsync(string name) => (await EventsAsync()).Count(item => NameOf(item) == name);

    /// <summary>Waits until the feed has so many events of this name.</summary>
    public async Task WaitForAsync(string name, int count)
    {
        using var timeout = new CancellationTokenSource(OrchestratorProcess.Patience);
        while (await CountAsync(name) < count)
        {
            await Task.Delay(PollInterval, timeout.Token);
        }
    }

    private static JsonElement? EventOf(JsonElement record)
    {
        if (record.TryGetProperty("event", out var item))
        {
            return item;
        }

        if (!record.TryGetProperty("ended", out var name))
        {
            // A fork copied it.
            return null;
        }

        var end = JsonObject.Create(record.GetProperty("checkpoint"))!;
        end["event"] = name.GetString();
        end["at"] = record.GetProperty("checkpoint").GetProperty("completedAt").GetString();
        end["writer"] = record.GetProperty("writer").GetString();
        return JsonSerializer.SerializeToElement(end);
    }

    /// <summary>The complete lines of the log. A line that a kill cut off is the last one, and is gone before another one is appended.</summary>
    private async Task<List<(JsonElement Record, string Line)>> LogAsync()
    {
        var lines = new List<(JsonElement, string)>();
        var rest = await store.GetAsync(ContentKey.Of("runs", runId, "log-0.jsonl")) is { } log ? log.Bytes : default;
        while (rest.Span.IndexOf((byte)'\n') is var end and >= 0)
        {
            var line = rest[..end];
            if (RecordFrame.Read(line, null, out var record) is { } damage)
            {
                throw new InvalidDataException($"A line of the log of run '{runId}' {damage}: {Encoding.UTF8.GetString(line.Span)}");
            }

            lines.Add((JsonElement.Parse(record.Span), Encoding.UTF8.GetString(line.Span)));
            rest = rest[(end + 1)..];
        }

        return lines;
    }
}
