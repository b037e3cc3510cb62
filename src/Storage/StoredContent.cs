namespace Orchestrator.Storage;

/// <summary>A whole value as it was at one moment.</summary>
/// <param name="Bytes">The content. The reader's own: the store does not touch it again.</param>
/// <param name="ETag">Names this content for <see cref="IContentStore.ReplaceAsync"/>. Opaque; its form differs from store to store. Without quotes, which a header adds.</param>
/// <param name="Age">How long ago it was written, by the store's own clock, to the second; null: the store has none that processes share.</param>
public sealed record StoredContent(ReadOnlyMemory<byte> Bytes, string ETag, TimeSpan? Age = null);
