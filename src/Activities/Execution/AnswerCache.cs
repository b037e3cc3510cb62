using System.Security.Cryptography;
using System.Text.Json.Nodes;
using Microsoft.Extensions.AI;
using Orchestrator.Activities.Models;
using Orchestrator.Activities.Records;
using Orchestrator.Storage;
using Orchestrator.Workflows.Serialization;

namespace Orchestrator.Activities.Execution;

/// <summary>Caches outputs by request, for identical requests of other steps and runs (<c>cache: true</c>). Thread-safe.</summary>
public sealed class AnswerCache(IContentStore store, TimeProvider time)
{
    /// <summary>Maximum time for writing an output; the store's own retries take 2.1 seconds.</summary>
    private static readonly TimeSpan WriteTimeout = TimeSpan.FromSeconds(5);

    /// <summary>
    /// The key of a request to a model: all of the request, and the provider, so that a simulated answer is never used as a provider's.
    /// </summary>
    public static string Key(PromptRequest request, IChatClient client)
    {
        var provider = client.GetService<ChatClientMetadata>();
        return Hash(new JsonArray(
            "prompt", provider?.ProviderName, provider?.ProviderUri?.ToString(), request.Model, request.System, request.Prompt, request.Temperature,
            request.Reasoning?.ToString(), request.MaxTokens));
    }

    /// <summary>The key of a call of a tool.</summary>
    public static string Key(string tool, JsonObject input) => Hash(new JsonArray("tool", tool, input.DeepClone()));

    /// <summary>The cached output; null when there is none.</summary>
    /// <exception cref="ContentStoreException">The store is not available.</exception>
    public async Task<KeptAnswer?> FindAsync(string key, CancellationToken cancellationToken)
    {
        try
        {
            return (await store.ReadAsync<KeptAnswer>(Place(key), cancellationToken))?.Value;
        }
        catch (UnreadableRecordException problem)
        {
            // Delete a damaged entry, so that a new one replaces it; keep one of a newer version.
            if (problem is { IsNewer: false, ETag: { } etag })
            {
                await store.DeleteAsync(Place(key), etag, cancellationToken);
            }

            return null;
        }
    }

    /// <summary>Caches an output; of two outputs for one request the first one stays.</summary>
    /// <returns>Why it could not be cached, as a warning: the step keeps its answer. Null when it was cached.</returns>
    public async Task<string?> KeepAsync(string key, JsonNode? output)
    {
        // Not cancelled with the step: the answer exists and is worth caching. A cancelled store reports the failure that it was retrying.
        using var late = new CancellationTokenSource(WriteTimeout, time);
        var keeping = store.CreateAsync(Place(key), JsonContent.Bytes(new KeptAnswer(output, time.GetUtcNow())), late.Token);
        try
        {
            await keeping.WaitAsync(WriteTimeout + BoundedRead.Grace, time);
            return null;
        }
        catch (Exception exception) when (exception is ContentStoreException or TimeoutException or OperationCanceledException)
        {
            var failure = exception as ContentStoreException ?? exception.InnerException as ContentStoreException;
            return "The output was not kept for later requests: "
                + (failure?.Message ?? $"the store did not answer within {WriteTimeout.TotalSeconds:0} seconds.");
        }
    }

    private static ContentKey Place(string key) => ContentKey.Of(StoreFolders.Answers, key);

    private static string Hash(JsonArray request) => Convert.ToHexStringLower(SHA256.HashData(JsonContent.Bytes(request)));
}

/// <summary>A cached output.</summary>
/// <param name="At">When it was cached; it is pruned after the time for which runs are kept.</param>
public sealed record KeptAnswer(JsonNode? Output, DateTimeOffset At) : IStoredRecord
{
    /// <inheritdoc/>
    public int Format { get; init; } = IStoredRecord.CurrentFormat;
}
