using System.Collections.Concurrent;
using System.Globalization;
using Azure;
using Azure.Storage.Blobs;
using Azure.Storage.Blobs.Models;
using Azure.Storage.Blobs.Specialized;

namespace Orchestrator.Storage.Blobs;

/// <summary>
/// Append logs in append blobs. The service limits the number of appends to a blob, so a log continues in further blobs: <c>key</c>, <c>key~0002</c>,
/// <c>key~0003</c>. Every append is conditional on its position, so that processes do not interleave and a retried request adds nothing.
/// Thread-safe, except that appends to one key must not be concurrent.
/// </summary>
internal sealed class BlobLogs(BlobContainerClient container, int maxBlocks)
{
    /// <summary>Marks the names of further blobs. No segment of a key has it, so the names are unambiguous.</summary>
    public const char SegmentMark = '~';

    /// <summary>Maximum number of attempts of an append. An attempt fails only when another writer's append succeeded.</summary>
    private const int Attempts = 200;

    /// <summary>Maximum number of cached ends. A missing one costs a request.</summary>
    private const int EndsRemembered = 1000;

    private readonly ConcurrentDictionary<string, LogEnd> _ends = new(StringComparer.Ordinal);

    /// <summary>
    /// Appends the parts as one block of at most 4 MiB. Returns the offset at which it begins, in bytes; without bytes, the end of the log.
    /// </summary>
    /// <exception cref="RequestFailedException">The service refused the request.</exception>
    public async Task<long> AppendAsync(string key, IReadOnlyList<ReadOnlyMemory<byte>> parts)
    {
        var block = GroupCommit.Join(parts);
        for (var attempt = 0; attempt < Attempts; attempt++)
        {
            // Removed, so that after a failure the next append reads the end.
            if (block.Length == 0 || !_ends.TryRemove(key, out var end))
            {
                end = await FindEndAsync(key);
            }

            if (block.Length == 0)
            {
                return end.Position;
            }

            if (end.Blocks >= maxBlocks)
            {
                await Segment(key, end.Segment + 1).CreateIfNotExistsAsync();
            }
            else if (await TryAppendAsync(Segment(key, end.Segment), end.Length, block))
            {
                Remember(key, end with { Length = end.Length + block.Length, Blocks = end.Blocks + 1 });
                return end.Position;
            }
        }

        throw new ContentStoreException(key, $"Cannot append to '{key}': other writers were faster {Attempts} times. Try again.");
    }

    /// <summary>
    /// Reads the log, or the value, from the offset on; null when there is none. The age is that of the last segment read; null when the response has
    /// no dates.
    /// </summary>
    /// <param name="maxBytes">Maximum number of bytes; null: to the end.</param>
    public async Task<(ContentTail Tail, ETag ETag, TimeSpan? Age)?> ReadAsync(
        string key, long offset, int? maxBytes, CancellationToken cancellationToken)
    {
        var parts = new List<ReadOnlyMemory<byte>>();
        var left = maxBytes;
        long start = 0;
        ETag etag = default;
        TimeSpan? age = null;
        for (var number = 1; ; number++)
        {
            var from = Math.Max(0, offset - start);
            if (await ReadSegmentAsync(Segment(key, number), from, left, cancellationToken) is not { } segment)
            {
                return number == 1 ? null : (new ContentTail(GroupCommit.Join(parts), start, age), etag, age);
            }

            parts.Add(segment.Bytes);
            left -= segment.Bytes.Length;
            (etag, age) = (segment.ETag, segment.Age);
            if (segment.Blocks < maxBlocks || left == 0)
            {
                if (segment.IsLog)
                {
                    Saw(key, new LogEnd(number, start, segment.Length, segment.Blocks));
                }

                var end = segment.Bytes.Length == 0 ? segment.Length : from + segment.Bytes.Length;
                return (new ContentTail(GroupCommit.Join(parts), start + end, age), etag, age);
            }

            start += segment.Length;
        }
    }

    /// <summary>Deletes the value or the whole log. Returns whether it existed.</summary>
    public async Task<bool> DeleteAsync(string key, CancellationToken cancellationToken)
    {
        _ends.TryRemove(key, out _);
        var number = 0;
        BlobProperties? properties;
        do
        {
            properties = await FindAsync(Segment(key, ++number), cancellationToken);
        }
        while (properties?.BlobCommittedBlockCount >= maxBlocks);

        // From the end: an interrupted deletion leaves the beginning of the log, not later segments that a new log would continue with.
        for (var last = properties is null ? number - 1 : number; last > 1; last--)
        {
            await Segment(key, last).DeleteIfExistsAsync(cancellationToken: cancellationToken);
        }

        if (number == 1 && properties is null)
        {
            return false;
        }

        using var sends = Sends.Count();
        var deleted = await Segment(key, 1).DeleteIfExistsAsync(cancellationToken: cancellationToken);
        return deleted || sends.MoreThanOne;
    }

    /// <summary>Clears the cached ends of logs, which were deleted.</summary>
    public void Forget() => _ends.Clear();

    /// <summary>The properties of a blob; null when it is missing.</summary>
    public static async Task<BlobProperties?> FindAsync(BlobBaseClient blob, CancellationToken cancellationToken)
    {
        try
        {
            return await blob.GetPropertiesAsync(cancellationToken: cancellationToken);
        }
        catch (RequestFailedException failure) when (BlobErrors.IsAbsence(failure))
        {
            return null;
        }
    }

    /// <summary>
    /// The bytes of a blob from a position on. One byte more is read: the service refuses a range at the end of the blob, and its length would be a second
    /// request.
    /// </summary>
    private static async Task<Download?> ReadSegmentAsync(
        AppendBlobClient blob, long position, int? maxBytes, CancellationToken cancellationToken)
    {
        var extra = position > 0 ? 1L : 0;
        return await DownloadAsync(blob, position - extra, maxBytes + extra, cancellationToken) is { } read
            ? read with { Bytes = read.Bytes.Length > extra ? read.Bytes[(int)extra..] : default }
            : null;
    }

    private static async Task<Download?> DownloadAsync(AppendBlobClient blob, long offset, long? maxBytes, CancellationToken cancellationToken)
    {
        try
        {
            var options = new BlobDownloadOptions { Range = offset == 0 && maxBytes is null ? default : new HttpRange(offset, maxBytes) };
            var answer = await blob.DownloadContentAsync(options, cancellationToken);
            var result = answer.Value;
            var age = answer.GetRawResponse().Headers.Date - result.Details.LastModified;
            var bytes = result.Content.ToMemory();
            var length = TotalOf(result.Details.ContentRange) ?? offset + bytes.Length;
            return new Download(
                bytes, length, result.Details.BlobType == BlobType.Append, result.Details.BlobCommittedBlockCount, result.Details.ETag, age);
        }
        catch (RequestFailedException failure) when (BlobErrors.IsAbsence(failure))
        {
            return null;
        }
        catch (RequestFailedException failure) when (failure.Status == 416)
        {
            return await FindAsync(blob, cancellationToken) is { } found
                ? new Download(default, found.ContentLength, found.BlobType == BlobType.Append, found.BlobCommittedBlockCount, found.ETag, null)
                : null;
        }
    }

    private async Task<LogEnd> FindEndAsync(string key)
    {
        LogEnd? end = null;
        while (end is null || end.Blocks >= maxBlocks)
        {
            var (number, start) = end is null ? (1, 0) : (end.Segment + 1, end.Position);
            var properties = await FindAsync(Segment(key, number), CancellationToken.None);
            if (properties is null && end is not null)
            {
                return end;
            }

            if (properties is null)
            {
                await Segment(key, 1).CreateIfNotExistsAsync();
                continue;
            }

            if (properties.BlobType != BlobType.Append)
            {
                throw new ContentStoreException(key, $"Cannot append to '{key}': it was written whole. Choose another key.");
            }

            end = new LogEnd(number, start, properties.ContentLength, properties.BlobCommittedBlockCount);
        }

        return end;
    }

    private static async Task<bool> TryAppendAsync(AppendBlobClient blob, long position, ReadOnlyMemory<byte> block)
    {
        using var sends = Sends.Count();
        try
        {
            using var content = BinaryData.FromBytes(block).ToStream();
            var conditions = new AppendBlobRequestConditions { IfAppendPositionEqual = position };
            await blob.AppendBlockAsync(content, new AppendBlobAppendBlockOptions { Conditions = conditions });
            return true;
        }
        catch (RequestFailedException failure) when (failure.ErrorCode == BlobErrorCode.AppendPositionConditionNotMet)
        {
            return sends.MoreThanOne && await HoldsAsync(blob, position, block);
        }
        catch (RequestFailedException failure) when (failure.ErrorCode == BlobErrorCode.BlobNotFound)
        {
            return false;
        }
    }

    /// <summary>Whether the block is at this position: then an earlier attempt succeeded, and its response was lost.</summary>
    private static async Task<bool> HoldsAsync(AppendBlobClient blob, long position, ReadOnlyMemory<byte> block)
    {
        var found = await DownloadAsync(blob, position, block.Length, CancellationToken.None);
        return found is not null && found.Bytes.Span.StartsWith(block.Span);
    }

    /// <summary>The length of the whole blob in <c>bytes 0-9/20</c>; null without a range.</summary>
    private static long? TotalOf(string? contentRange) =>
        contentRange is not null
        && long.TryParse(contentRange.AsSpan(contentRange.LastIndexOf('/') + 1), NumberStyles.None, CultureInfo.InvariantCulture, out var total)
            ? total
            : null;

    private AppendBlobClient Segment(string key, int number) => container.GetAppendBlobClient(
        number == 1 ? key : string.Create(CultureInfo.InvariantCulture, $"{key}{SegmentMark}{number:D4}"));

    /// <summary>Takes the end that was read, unless a later one is known: the next append then needs no request to find it.</summary>
    private void Saw(string key, LogEnd end)
    {
        if (!_ends.TryGetValue(key, out var known) || known.Position < end.Position)
        {
            Remember(key, end);
        }
    }

    private void Remember(string key, LogEnd end)
    {
        if (_ends.Count >= EndsRemembered)
        {
            _ends.Clear();
        }

        _ends[key] = end;
    }

    /// <param name="Length">The length of the whole blob, in bytes.</param>
    /// <param name="IsLog">Whether it is a log, and not a value.</param>
    private sealed record Download(ReadOnlyMemory<byte> Bytes, long Length, bool IsLog, int Blocks, ETag ETag, TimeSpan? Age);
}

/// <summary>The end of a log, where the next append goes.</summary>
/// <param name="Segment">The number of its last blob, from 1.</param>
/// <param name="Start">The position in the log at which that blob begins, in bytes.</param>
/// <param name="Length">The length of that blob, in bytes.</param>
/// <param name="Blocks">The number of appends to that blob.</param>
internal sealed record LogEnd(int Segment, long Start, long Length, int Blocks)
{
    /// <summary>The position in the log, in bytes.</summary>
    public long Position => Start + Length;
}
