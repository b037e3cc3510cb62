namespace Orchestrator.Activities.Stores;

/// <summary>A whole value as it was at one moment.</summary>
/// <param name="Bytes">The content. The reader's own: the store does not touch it again.</param>
/// <param name="ETag">Names this content for <see cref="IContentStore.ReplaceAsync"/>. Opaque; its form differs from store to store. Without quotes, which a header adds.</param>
public sealed record StoredContent(ReadOnlyMemory<byte> Bytes, string ETag);
