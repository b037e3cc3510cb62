namespace Orchestrator.LocalHost.Journal.Blobs;

/// <summary>One append blob of a history.</summary>
/// <param name="Name">The blob's name in the container.</param>
/// <param name="File">The name of the history's file, as <see cref="InstanceFileName"/> makes it.</param>
/// <param name="Number">Counts from 0.</param>
/// <param name="Length">In bytes.</param>
internal readonly record struct BlobSegment(string Name, string File, int Number, long Length);
