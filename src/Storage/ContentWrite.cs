namespace Orchestrator.Storage;

/// <summary>One write of <see cref="IContentStore.WriteAsync"/>. Immutable.</summary>
public sealed record ContentWrite
{
    private ContentWrite(ContentWriteKind kind, ContentKey key, ReadOnlyMemory<byte> content, string? etag = null) =>
        (Kind, Key, Content, ETag) = (kind, key, content, etag);

    /// <summary>What is to be done.</summary>
    internal ContentWriteKind Kind { get; }

    /// <summary>The value or the log.</summary>
    public ContentKey Key { get; }

    /// <summary>The whole value, or what is appended.</summary>
    public ReadOnlyMemory<byte> Content { get; }

    /// <summary>The ETag that the value must have, for a replacement; otherwise null.</summary>
    public string? ETag { get; }

    /// <summary>As <see cref="IContentStore.PutAsync"/>.</summary>
    public static ContentWrite Put(ContentKey key, ReadOnlyMemory<byte> content) => new(ContentWriteKind.Put, key, content);

    /// <summary>As <see cref="IContentStore.CreateAsync"/>.</summary>
    public static ContentWrite Create(ContentKey key, ReadOnlyMemory<byte> content) => new(ContentWriteKind.Create, key, content);

    /// <summary>As <see cref="IContentStore.ReplaceAsync"/>.</summary>
    public static ContentWrite Replace(ContentKey key, ReadOnlyMemory<byte> content, string etag)
    {
        ArgumentNullException.ThrowIfNull(etag);
        return new ContentWrite(ContentWriteKind.Replace, key, content, etag);
    }

    /// <summary>As <see cref="IContentStore.AppendAsync"/> with a flush.</summary>
    public static ContentWrite Append(ContentKey key, ReadOnlyMemory<byte> content)
    {
        ArgumentOutOfRangeException.ThrowIfGreaterThan(content.Length, IContentStore.MaxAppendBytes, nameof(content));
        return new ContentWrite(ContentWriteKind.Append, key, content);
    }

    /// <summary>Makes this write alone.</summary>
    /// <returns>Null when the condition does not hold.</returns>
    internal async Task<ContentWritten?> MakeAsync(IContentStore store, CancellationToken cancellationToken) => Kind switch
    {
        ContentWriteKind.Append => new ContentWritten(null, await store.AppendAsync(Key, Content, cancellationToken)),
        ContentWriteKind.Put => new ContentWritten(await store.PutAsync(Key, Content, cancellationToken), null),
        ContentWriteKind.Create => Of(await store.CreateAsync(Key, Content, cancellationToken)),
        _ => Of(await store.ReplaceAsync(Key, Content, ETag!, cancellationToken)),
    };

    private static ContentWritten? Of(string? etag) => etag is null ? null : new ContentWritten(etag, null);
}

/// <summary>A write that was made.</summary>
/// <param name="ETag">The ETag of the value; null for an append.</param>
/// <param name="End">The offset of the end of the appended bytes, in bytes; null for a value.</param>
public sealed record ContentWritten(string? ETag, long? End);

internal enum ContentWriteKind
{
    Put,
    Create,
    Replace,
    Append,
}
