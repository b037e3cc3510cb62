using System.Text.Json;
using Orchestrator.Activities.Stores;
using Orchestrator.Workflows.Serialization;

namespace Orchestrator.Activities.Runs;

/// <summary>Values of ours in a content store, as compact JSON.</summary>
internal static class JsonContent
{
    /// <exception cref="InvalidDataException">What is stored is not a <typeparamref name="T"/>; the message names the key.</exception>
    public static async Task<(T Value, string ETag)?> ReadAsync<T>(this IContentStore store, ContentKey key, CancellationToken cancellationToken)
        where T : class
    {
        if (await store.GetAsync(key, cancellationToken) is not { } stored)
        {
            return null;
        }

        try
        {
            return (JsonSerializer.Deserialize<T>(stored.Bytes.Span, WorkflowJson.Compact)!, stored.ETag);
        }
        catch (JsonException exception)
        {
            throw new InvalidDataException($"'{key}' does not hold a readable {typeof(T).Name}; it was damaged or written by another version.", exception);
        }
    }

    public static byte[] Bytes<T>(T value) => JsonSerializer.SerializeToUtf8Bytes(value, WorkflowJson.Compact);
}
