using System.Text;
using System.Text.Json;
using Orchestrator.EndToEnd.Processes;
using Orchestrator.Storage;

namespace Orchestrator.EndToEnd;

/// <summary>
/// Reads one run from a state folder or a storage account, while a process executes it and after that was killed.
/// </summary>
internal sealed class StoredRun(IContentStore store, string runId)
{
    private static readonly TimeSpan PollInterval = TimeSpan.FromMilliseconds(20);

    /// <summary>The name of an attempt's record, from an event about the attempt: <c>s1/1-2.json</c>.</summary>
    public static string AttemptOf(JsonElement item) =>
        $"{item.GetProperty("stepId").GetString()}/{item.GetProperty("runAttempt")}-{item.GetProperty("attempt")}.json";

    public static string? NameOf(JsonElement item) => item.GetProperty("event").GetString();

    /// <summary>The records of attempts by step and file name. One that is written again differs.</summary>
    public async Task<IReadOnlyDictionary<string, Checkpoint>> CheckpointsAsync()
    {
        var folder = ContentPrefix.Under("runs", runId, "steps");
        var records = new Dictionary<string, Checkpoint>();
        await foreach (var key in store.ListAsync(folder))
        {
            var record = (await store.GetAsync(key))!;
            records[key.Value[folder.Value.Length..]] = new Checkpoint(Encoding.UTF8.GetString(record.Bytes.Span), record.ETag);
        }

        return records;
    }

    /// <summary>The events of the feed that were written whole, in their order.</summary>
    public async Task<IReadOnlyList<JsonElement>> EventsAsync()
    {
        if (await store.GetAsync(ContentKey.Of("runs", runId, "events-0.jsonl")) is not { } feed)
        {
            return [];
        }

        var text = Encoding.UTF8.GetString(feed.Bytes.Span);
        return [.. text[..(text.LastIndexOf('\n') + 1)].Split('\n', StringSplitOptions.RemoveEmptyEntries).Select(Parse).OfType<JsonElement>()];
    }

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

    private static JsonElement? Parse(string line)
    {
        try
        {
            return JsonElement.Parse(line);
        }
        catch (JsonException)
        {
            // Torn by a kill. Readers of the feed skip it, too.
            return null;
        }
    }
}
