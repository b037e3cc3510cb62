using System.Text;
using System.Text.Json;
using Orchestrator.Activities.Stores;
using Orchestrator.EndToEnd.Processes;

namespace Orchestrator.EndToEnd;

/// <summary>What a storage account keeps of one run, as <see cref="RunFolder"/> shows what a folder keeps.</summary>
internal sealed class RunBlobs(IContentStore store, string runId)
{
    private static readonly TimeSpan PollInterval = TimeSpan.FromMilliseconds(20);

    /// <summary>The records of attempts by their name, each with its version: a record that is written again has another.</summary>
    public async Task<IReadOnlyDictionary<string, string>> CheckpointsAsync()
    {
        var records = new Dictionary<string, string>();
        await foreach (var key in store.ListAsync(ContentPrefix.Under("runs", runId, "steps")))
        {
            records[key.Value] = (await store.GetAsync(key))!.ETag;
        }

        return records;
    }

    /// <summary>How often each attempt began, by step and numbers.</summary>
    public async Task<IReadOnlyDictionary<string, int>> StartsAsync() => (await EventsAsync())
        .Where(item => item.GetProperty("event").GetString() == "step.started")
        .CountBy(item => ContentKey.Of(
            "runs", runId, "steps", item.GetProperty("stepId").GetString()!, $"{item.GetProperty("runAttempt")}-{item.GetProperty("attempt")}.json").Value)
        .ToDictionary();

    /// <summary>How many events of this name the feed has.</summary>
    public async Task<int> CountAsync(string name) => (await EventsAsync()).Count(item => item.GetProperty("event").GetString() == name);

    /// <summary>Waits until the feed has so many events of this name.</summary>
    public async Task WaitForAsync(string name, int count)
    {
        using var timeout = new CancellationTokenSource(OrchestratorProcess.Patience);
        while (await CountAsync(name) < count)
        {
            await Task.Delay(PollInterval, timeout.Token);
        }
    }

    private async Task<IReadOnlyList<JsonElement>> EventsAsync()
    {
        if (await store.GetAsync(ContentKey.Of("runs", runId, "events-0.jsonl")) is not { } feed)
        {
            return [];
        }

        return [.. Encoding.UTF8.GetString(feed.Bytes.Span).Split('\n', StringSplitOptions.RemoveEmptyEntries).Select(line => JsonElement.Parse(line))];
    }
}
