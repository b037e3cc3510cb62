using System.Runtime.CompilerServices;
using Azure;
using Azure.Storage.Blobs.Models;
using Azure.Storage.Blobs.Specialized;
using Orchestrator.Storage;

namespace Orchestrator.LocalHost.Journal.Blobs;

/// <summary>
/// One history in append blobs. Each append is conditional on its byte position, so that two writers cannot interleave and a retried append is not
/// duplicated.
/// </summary>
/// <remarks>
/// Not shared with the logs of the content store: those look for their end again after another writer's append, which for a history is an error, and
/// leave the retries to the client.
/// </remarks>
/// <param name="end">The end of the history; <see cref="BlobEnd.None"/> for one that is presumed new.</param>
/// <param name="readPresumedNew">
/// Reads the end of a history that was presumed new and exists. When it has records, the journal forgets this writer, so that the next append begins
/// at the true end.
/// </param>
internal sealed class BlobHistory(
    JournalId id,
    JournalContainer container,
    BlobSegments segments,
    BlobOwnership ownership,
    GroupCommit<HistoryWriter> commits,
    BlobEnd end,
    Func<BlobHistory, Task<BlobEnd>> readPresumedNew)
    : HistoryWriter(id, commits, end.Records)
{
    private BlobEnd _end = end;

    // The history's gate is held when a write begins, and the client does some work before its first wait.
    protected override Task<long> WriteAsync(IReadOnlyList<ReadOnlyMemory<byte>> lines) => Task.Run(() => WriteAsync(GroupCommit.Join(lines)));

    protected override JournalException Explain(Exception exception) => ownership.Reason
        ?? exception as JournalException
        ?? new JournalException(
            $"The history of '{Id}' could not be written: {exception.Message} Restart; what was confirmed before is safe.", exception);

    private async Task<long> WriteAsync(ReadOnlyMemory<byte> block)
    {
        if (_end.Segment < 0 && !await CreateAsync(0).ConfigureAwait(false))
        {
            // The segment exists: it was created by another writer, or by an earlier attempt whose response was lost.
            _end = await readPresumedNew(this).ConfigureAwait(false);
            if (_end.Records > 0)
            {
                throw new JournalConflictException(Id, 0, _end.Records);
            }
        }

        if (_end.Blocks >= container.Options.BlocksPerSegment)
        {
            await CreateAsync(_end.Segment + 1).ConfigureAwait(false);
        }

        var start = _end.Length;
        var blob = container.Client.GetAppendBlobClient(segments.NameOf(Id, _end.Segment));
        try
        {
            var answer = await container.SendAsync(
                $"Writing to '{container.Locate(blob.Name)}'",
                token => AppendAsync(blob, block, token), CancellationToken.None, ownership.ConfirmAsync)
                .ConfigureAwait(false);
            _end = _end with { Blocks = answer.BlobCommittedBlockCount };
        }
        catch (RequestFailedException exception)
        {
            if (exception.Status != 412 || !await IsAppendedAsync(blob, block).ConfigureAwait(false))
            {
                throw WrittenByOthers(blob, exception);
            }

            _end = _end with { Blocks = _end.Blocks + 1 };
        }

        _end = _end with { Length = start + block.Length };
        return start;
    }

    private async Task<bool> CreateAsync(int number)
    {
        var blob = container.Client.GetAppendBlobClient(segments.NameOf(Id, number));
        var absent = new AppendBlobCreateOptions { Conditions = new AppendBlobRequestConditions { IfNoneMatch = ETag.All } };
        var created = true;
        try
        {
            await container.SendAsync(
                $"Creating '{container.Locate(blob.Name)}'", token => blob.CreateAsync(absent, token), CancellationToken.None, ownership.ConfirmAsync)
                .ConfigureAwait(false);
        }
        catch (RequestFailedException exception) when (exception.Status is 409 or 412)
        {
            created = false;
        }
        catch (RequestFailedException exception)
        {
            throw container.Refused($"Creating '{container.Locate(blob.Name)}'", exception);
        }

        // If the existing blob has content, the first append fails, because it is conditional on byte 0.
        _end = _end with { Segment = number, Length = 0, Blocks = 0 };
        return created;
    }

    private async Task<BlobAppendInfo> AppendAsync(AppendBlobClient blob, ReadOnlyMemory<byte> block, CancellationToken cancellationToken)
    {
        using var content = BinaryData.FromBytes(block).ToStream();
        var options = new AppendBlobAppendBlockOptions { Conditions = new AppendBlobRequestConditions { IfAppendPositionEqual = _end.Length } };
        return (await blob.AppendBlockAsync(content, options, cancellationToken).ConfigureAwait(false)).Value;
    }

    /// <summary>Whether the append has succeeded and only its response was lost.</summary>
    private async Task<bool> IsAppendedAsync(AppendBlobClient blob, ReadOnlyMemory<byte> block)
    {
        using var source = new BlobSource(container, blob.Name, _end.Length + block.Length, from: _end.Length);
        var found = new byte[block.Length];
        var length = 0;
        while (length < found.Length
            && await source.ReadAsync(found.AsMemory(length), CancellationToken.None).ConfigureAwait(false) is > 0 and var read)
        {
            length += read;
        }

        return length == found.Length && block.Span.SequenceEqual(found);
    }

    private JournalException WrittenByOthers(AppendBlobClient blob, RequestFailedException exception) => new(
        $"The history of '{Id}' could not be written to '{container.Locate(blob.Name)}': "
        + (exception.Status == 404 ? "the blob is gone." : $"after byte {_end.Length} it has other content.")
        + " Another process writes to the container: stop it, then restart; what was confirmed before is safe.",
        exception);
}

/// <summary>Reads the segments of a history in order.</summary>
internal sealed class BlobHistoryReader(JournalContainer container, BlobSegments segments, JournalId id)
{
    /// <summary>The end of the history, after it was read completely.</summary>
    public BlobEnd End { get; private set; } = BlobEnd.None;

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
            throw new JournalCorruptException(
                container.Locate(segments.NameOf(id, 0)), 1, reader.GoodLength, "is missing, though the header is there");
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
