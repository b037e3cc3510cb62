namespace Orchestrator.Storage.Blobs;

/// <summary>Where the next append to a log goes.</summary>
/// <param name="Segment">The number of its last blob, from 1.</param>
/// <param name="Start">The position in the log at which that blob begins, in bytes.</param>
/// <param name="Length">The length of that blob, in bytes.</param>
/// <param name="Blocks">How many appends that blob has had.</param>
internal sealed record LogEnd(int Segment, long Start, long Length, int Blocks)
{
    public long Position => Start + Length;
}
