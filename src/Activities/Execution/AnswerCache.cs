using System.Security.Cryptography;
using System.Text.Json.Nodes;
using Microsoft.Extensions.AI;
using Orchestrator.Activities.Models;
using Orchestrator.Activities.Records;
using Orchestrator.Storage;
using Orchestrator.Workflows.Serialization;

namespace Orchestrator.Activities.Execution;

/// <summary>Outputs kept for the very same request of another step or run (<c>cache: true</c>). Thread-safe.</summary>
public sealed class AnswerCache(IContentStore store, TimeProvider time)
{
    /// <summary>How long an answer waits for its place in the cache; the store's own tries take 2.1 seconds.</summary>
    private static readonly TimeSpan Patience = TimeSpan.FromSeconds(5);

    /// <summary>The key of a request to a model: everything that goes to it, and to whom, so that made-up answers are not taken for a provider's.</summary>
    public static string Key(PromptRequest request, IChatClient client)
    {
        var answers = client.GetService<ChatClientMetadata>();
        return Hash(new JsonArray(
            "prompt", answers?.ProviderName, answers?.ProviderUri?.ToString(), request.Model, request.System, request.Prompt, request.Temperature,
            request.Reasoning?.ToString(), request.MaxTokens));
    }

    /// <summary>The key of a call of a tool.</summary>
    public static string Key(string tool, JsonObject input) => Hash(new JsonArray("tool", tool, input.DeepClone()));

    /// <summary>What was kept; null when nothing was.</summary>
    public async Task<KeptAnswer?> FindAsync(string key, CancellationToken cancellationToken)
    {
        try
        {
            return (await store.ReadAsync<KeptAnswer>(Place(key), cancellationToken))?.Value;
        }
        catch (UnreadableRecordException problem)
        {
            // A damaged answer counts as absent, so that a new answer replaces it; one of a newer version stays.
            if (problem is { IsNewer: false, ETag: { } etag })
            {
                await store.DeleteAsync(Place(key), etag, cancellationToken);
            }

            return null;
        }
    }

    /// <summary>Keeps an output; of two for one request the first stays.</summary>
    /// <returns>Why it could not be kept, which must neither cost the step its answer nor hold it back; null when it was.</returns>
    public async Task<string?> KeepAsync(string key, JsonNode? output)
    {
        // The answer is there: whatever stops now must not lose it.
        var keeping = store.CreateAsync(Place(key), JsonContent.Bytes(new KeptAnswer(output, time.GetUtcNow())), CancellationToken.None);
        try
        {
            await keeping.WaitAsync(Patience, time);
            return null;
        }
        catch (Exception exception) when (exception is ContentStoreException or TimeoutException)
        {
            return $"The output was not kept for later requests: {(exception is TimeoutException ? $"the store did not answer within {Patience.TotalSeconds:0} seconds." : exception.Message)}";
        }
    }

    private static ContentKey Place(string key) => ContentKey.Of(StoreFolders.Answers, key);

    private static string Hash(JsonArray request) => Convert.ToHexStringLower(SHA256.HashData(JsonContent.Bytes(request)));
}

/// <summary>An output that is used again.</summary>
/// <param name="At">When it was kept; what is kept for longer than runs are is pruned.</param>
public sealed record KeptAnswer(JsonNode? Output, DateTimeOffset At) : IStoredRecord
{
    /// <inheritdoc/>
    public int Format { get; init; } = IStoredRecord.CurrentFormat;
}
