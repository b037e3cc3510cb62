using System.Runtime.CompilerServices;

namespace Orchestrator.LocalHost.Journal.Blobs;

/// <summary>Reads the segments of a history in order.</summary>
internal sealed class BlobHistoryReader(JournalContainer container, BlobSegments segments, JournalId id)
{
    /// <summary>The end of the history, after it was read completely.</summary>
    public BlobEnd End { get; private set; } = BlobEnd.None;

    /// <summary>Reads the id from the header of a history; null when the segment is empty.</summary>
    /// <exception cref="JournalException">The segment cannot be read, or is that of another history.</exception>
    public static async Task<JournalId?> ReadIdAsync(JournalContainer container, BlobSegment first, CancellationToken cancellationToken)
    {
        var reader = new JournalReader(null);
        using var source = new BlobSource(container, first.Name, first.Length);
        await foreach (var _ in reader.ReadAsync(source, cancellationToken).ConfigureAwait(false))
        {
            break;
        }

        if (reader.Header is not { } header)
        {
            return null;
        }

        var id = new JournalId(header.Instance, header.Generation);
        return InstanceFileName.Encode(id) == first.File
            ? id
            : throw new JournalCorruptException(
                source.Location, 0, 0, $"says that this is the history of '{id}', whose blob has another name: it was renamed or copied");
    }

    public async IAsyncEnumerable<ReadOnlyMemory<byte>> ReadAsync([EnumeratorCancellation] CancellationToken cancellationToken)
    {
        var reader = new JournalReader(id);
        var end = BlobEnd.None;
        await foreach (var segment in segments.ListAsync(id, cancellationToken).ConfigureAwait(false))
        {
            if (segment.Number != end.Segment + 1)
            {
                throw new JournalCorruptException(
                    container.Locate(segments.NameOf(id, end.Segment + 1)),
                    reader.Records + 1,
                    0,
                    "is missing with the whole segment, though later ones are there");
            }

            using var source = new BlobSource(container, segment.Name, segment.Length);
            await foreach (var record in reader.ReadAsync(source, cancellationToken).ConfigureAwait(false))
            {
                yield return record;
            }

            end = new BlobEnd(reader.Records, segment.Number, segment.Length, source.Blocks);
        }

        if (reader is { Header: not null, Records: 0 })
        {
            throw new JournalCorruptException(container.Locate(segments.NameOf(id, 0)), 1, reader.GoodLength, "is missing, though the header is there");
        }

        End = end;
    }
}

/// <summary>The end of a history.</summary>
/// <param name="Records">The number of records, without the header.</param>
/// <param name="Segment">The number of the last segment; -1 when there is none.</param>
/// <param name="Length">The length of the last segment in bytes.</param>
/// <param name="Blocks">The number of blocks of the last segment.</param>
internal readonly record struct BlobEnd(long Records, int Segment, long Length, int Blocks)
{
    public static readonly BlobEnd None = new(0, -1, 0, 0);
}
