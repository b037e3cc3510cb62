namespace Orchestrator.LocalHost.Journal.Blobs;

/// <summary>Where a history ends.</summary>
/// <param name="Records">How many records it has, the header not counted.</param>
/// <param name="Segment">The last segment's number; -1 when there is none.</param>
/// <param name="Length">The last segment's length in bytes.</param>
/// <param name="Blocks">The last segment's blocks.</param>
internal readonly record struct BlobEnd(long Records, int Segment, long Length, int Blocks)
{
    public static readonly BlobEnd None = new(0, -1, 0, 0);
}
