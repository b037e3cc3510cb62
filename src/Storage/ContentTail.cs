namespace Orchestrator.Storage;

/// <summary>The end of an append log.</summary>
/// <param name="Bytes">From the offset that was asked for up to <paramref name="Length"/>; empty when nothing was added since.</param>
/// <param name="Length">Length of the whole log in bytes when it was read: the offset to go on from, unless the last line is incomplete.</param>
public sealed record ContentTail(ReadOnlyMemory<byte> Bytes, long Length);
