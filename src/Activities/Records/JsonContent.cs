using System.Text.Json;
using Orchestrator.Storage;
using Orchestrator.Workflows.Serialization;

namespace Orchestrator.Activities.Records;

/// <summary>Reads and writes records in a content store as compact JSON.</summary>
internal static class JsonContent
{
    /// <summary>The record with its ETag; null when there is none.</summary>
    /// <exception cref="UnreadableRecordException">
    /// What is stored is not a valid <typeparamref name="T"/>, has another format than this version reads, or cannot be read.
    /// </exception>
    public static async Task<(T Value, string ETag)?> ReadAsync<T>(this IContentStore store, ContentKey key, CancellationToken cancellationToken)
        where T : class, IStoredRecord
    {
        if (await store.GetReadableAsync(key, cancellationToken) is not { } stored)
        {
            return null;
        }

        return (Read<T>(key, stored.Bytes, stored.ETag), stored.ETag);
    }

    /// <summary>The record in these bytes.</summary>
    /// <param name="key">What has them, for messages.</param>
    /// <param name="etag">The ETag of the value that they are; null when they are a part of one.</param>
    /// <exception cref="UnreadableRecordException">
    /// They are not a valid <typeparamref name="T"/>, or have another format than this version reads.
    /// </exception>
    public static T Read<T>(ContentKey key, ReadOnlyMemory<byte> bytes, string? etag = null)
        where T : class, IStoredRecord
    {
        T value;
        try
        {
            value = ReadValue<T>(key, bytes, etag);
        }
        catch (UnreadableRecordException) when (Format(bytes.Span) is { } other && other != T.ReadFormat)
        {
            throw UnreadableRecordException.OfFormat(key, other, T.ReadFormat, etag);
        }

        return value.Format != T.ReadFormat ? throw UnreadableRecordException.OfFormat(key, value.Format, T.ReadFormat, etag)
            : value.Flaw is { } flaw ? throw UnreadableRecordException.Damaged(key, flaw, etag)
            : value;
    }

    /// <summary>A value without a format number; null when there is none.</summary>
    /// <exception cref="UnreadableRecordException">What is stored is not a valid <typeparamref name="T"/>, or cannot be read.</exception>
    public static async Task<T?> ReadValueAsync<T>(this IContentStore store, ContentKey key, CancellationToken cancellationToken)
        where T : class =>
        await store.GetReadableAsync(key, cancellationToken) is { } stored ? ReadValue<T>(key, stored.Bytes, stored.ETag) : null;

    /// <summary>What is stored under the key; null when nothing is.</summary>
    /// <exception cref="UnreadableRecordException">The value exists and cannot be read.</exception>
    public static async Task<StoredContent?> GetReadableAsync(this IContentStore store, ContentKey key, CancellationToken cancellationToken)
    {
        try
        {
            return await store.GetAsync(key, cancellationToken);
        }
        catch (ContentStoreException problem) when (problem.IsOfOneValue)
        {
            throw UnreadableRecordException.OutOfReach(key, problem);
        }
    }

    /// <summary>The value as UTF-8 JSON without white space.</summary>
    public static byte[] Bytes<T>(T value) => JsonSerializer.SerializeToUtf8Bytes(value, WorkflowJson.Compact);

    /// <summary>The value without a format number in these bytes.</summary>
    /// <param name="key">What has them, for messages.</param>
    /// <param name="etag">The ETag of the value that they are; null when they are a part of one.</param>
    /// <exception cref="UnreadableRecordException">They are not a valid <typeparamref name="T"/>.</exception>
    public static T ReadValue<T>(ContentKey key, ReadOnlyMemory<byte> bytes, string? etag = null)
        where T : class
    {
        if (bytes.IsEmpty)
        {
            throw UnreadableRecordException.Damaged(key, "it is empty", etag);
        }

        try
        {
            return JsonSerializer.Deserialize<T>(bytes.Span, WorkflowJson.Compact)
                ?? throw UnreadableRecordException.Damaged(key, "it holds null", etag);
        }
        catch (Exception exception)
            when (exception is JsonException or NotSupportedException or ArgumentException or InvalidOperationException or FormatException)
        {
            throw UnreadableRecordException.Damaged(
                key, exception is JsonException json ? Place(json) : "it holds an impossible value", etag, exception);
        }
    }

    /// <summary>
    /// The format number of a record that this version cannot parse; null when it is none. Records of the earliest versions have no number.
    /// </summary>
    private static int? Format(ReadOnlySpan<byte> bytes)
    {
        try
        {
            return JsonSerializer.Deserialize<AnyRecord>(bytes, WorkflowJson.Compact) switch
            {
                { Format: { } format } => format,
                { RunId: not null } => 1,
                _ => null,
            };
        }
        catch (JsonException)
        {
            return null;
        }
    }

    /// <summary>Where parsing failed. The serializer's own messages are not shown: they name .NET types, which mean nothing to users.</summary>
    private static string Place(JsonException exception)
    {
        var path = exception.Path is null or "$" ? "" : $" ({exception.Path})";
        return exception.LineNumber is { } line
            ? $"its content is not valid from line {line + 1}, byte {exception.BytePositionInLine + 1} on{path}"
            : "its content is not valid";
    }

    private sealed record AnyRecord(int? Format, string? RunId);
}
