using System.Text.Json;
using Orchestrator.Storage;
using Orchestrator.Workflows.Serialization;

namespace Orchestrator.Activities.Records;

/// <summary>The program's values in a content store, as compact JSON.</summary>
internal static class JsonContent
{
    /// <exception cref="UnreadableRecordException">What is stored is not a sound <typeparamref name="T"/>, or one of a newer version, or cannot be read.</exception>
    public static async Task<(T Value, string ETag)?> ReadAsync<T>(this IContentStore store, ContentKey key, CancellationToken cancellationToken)
        where T : class => await store.GetReadableAsync(key, cancellationToken) is { } stored ? (Parse<T>(key, stored), stored.ETag) : null;

    /// <exception cref="UnreadableRecordException">Something is there that cannot be read.</exception>
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

    public static byte[] Bytes<T>(T value) => JsonSerializer.SerializeToUtf8Bytes(value, WorkflowJson.Compact);

    /// <summary>Whether it is a record with this stamp; not when it cannot be read.</summary>
    public static bool HasStamp(StoredContent stored, string? stamp)
    {
        try
        {
            return JsonSerializer.Deserialize<StampedRecord>(stored.Bytes.Span, WorkflowJson.Compact) is { } record
                && (record.Stamp ?? record.Plan?.Stamp) == stamp;
        }
        catch (JsonException)
        {
            return false;
        }
    }

    private static T Parse<T>(ContentKey key, StoredContent stored)
        where T : class
    {
        if (stored.Bytes.IsEmpty)
        {
            throw UnreadableRecordException.Damaged(key, "it is empty", stored.ETag);
        }

        T? value;
        try
        {
            value = JsonSerializer.Deserialize<T>(stored.Bytes.Span, WorkflowJson.Compact);
        }
        catch (Exception exception) when (exception is JsonException or NotSupportedException or ArgumentException or InvalidOperationException or FormatException)
        {
            throw typeof(T).IsAssignableTo(typeof(IStoredRecord)) && Format(stored.Bytes.Span) is > IStoredRecord.CurrentFormat and var newer
                ? UnreadableRecordException.Newer(key, newer, stored.ETag)
                : UnreadableRecordException.Damaged(key, exception is JsonException json ? Place(json) : "it holds what cannot be", stored.ETag, exception);
        }

        return value switch
        {
            null => throw UnreadableRecordException.Damaged(key, "it holds nothing", stored.ETag),
            IStoredRecord { Format: > IStoredRecord.CurrentFormat } newer => throw UnreadableRecordException.Newer(key, newer.Format, stored.ETag),
            IStoredRecord { Flaw: { } flaw } => throw UnreadableRecordException.Damaged(key, flaw, stored.ETag),
            _ => value,
        };
    }

    /// <summary>The format that a record names though this version cannot read it; null when it names none.</summary>
    private static int? Format(ReadOnlySpan<byte> bytes)
    {
        try
        {
            return JsonSerializer.Deserialize<AnyRecord>(bytes, WorkflowJson.Compact)?.Format;
        }
        catch (JsonException)
        {
            return null;
        }
    }

    /// <summary>Rewrites the serializer's messages: they name .NET types, which tell a user nothing.</summary>
    private static string Place(JsonException exception) => exception.LineNumber is { } line
        ? $"it does not hold what it should from line {line + 1}, byte {exception.BytePositionInLine + 1} on{(exception.Path is null or "$" ? "" : $" ({exception.Path})")}"
        : "it does not hold what it should";

    private sealed record AnyRecord(int? Format);

    private sealed record StampedRecord(string? Stamp, StampedRecord? Plan);
}
