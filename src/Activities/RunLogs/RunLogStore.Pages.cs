using System.Runtime.CompilerServices;
using Orchestrator.Activities.Records;
using Orchestrator.Activities.Runs;
using Orchestrator.Storage;

namespace Orchestrator.Activities.RunLogs;

/// <content>Reads logs from an offset on.</content>
public sealed partial class RunLogStore
{
    /// <summary>Maximum number of bytes that one read of a log takes: more than the longest line.</summary>
    private const int ReadAtOnce = 2 * IContentStore.MaxAppendBytes;

    /// <summary>The complete lines of the log from an offset to its end. Nothing when there is no log.</summary>
    /// <param name="first">Maximum number of bytes that the first read takes.</param>
    /// <exception cref="UnreadableRecordException">The log cannot be read.</exception>
    internal async IAsyncEnumerable<LogPage> PagesAsync(
        string runId, long offset, [EnumeratorCancellation] CancellationToken cancellationToken, int first = ReadAtOnce)
    {
        for (var size = first;
            await ReadAsync(RunKeys.Log(runId), offset, size, cancellationToken) is { Bytes.Length: > 0 } tail;
            size = ReadAtOnce)
        {
            var page = LogPage.Of(tail.Bytes, offset);
            page = page.Next == offset && tail.Bytes.Length == ReadAtOnce ? await SkipLineAsync(runId, offset, cancellationToken) : page;
            yield return page;
            if ((page.Next == offset && size == ReadAtOnce) || tail.Bytes.Length < size)
            {
                yield break;
            }

            offset = page.Next;
        }
    }

    /// <summary>What is at this offset instead of a line: more bytes than one read takes without a line break.</summary>
    private async Task<LogPage> SkipLineAsync(string runId, long offset, CancellationToken cancellationToken)
    {
        for (var from = offset + ReadAtOnce; ; from += ReadAtOnce)
        {
            var tail = await ReadAsync(RunKeys.Log(runId), from, ReadAtOnce, cancellationToken);
            var end = tail?.Bytes.Span.IndexOf((byte)'\n') ?? -1;
            if (end >= 0 || tail is null || tail.Bytes.Length < ReadAtOnce)
            {
                // Without a line break up to the end of the log it is the last line, which an append may remove: the next read begins here again.
                return new LogPage([], [LogPage.TooLong(offset)], end >= 0 ? from + end + 1 : offset);
            }
        }
    }

    private async Task<ContentTail?> ReadAsync(ContentKey key, long offset, int maxBytes, CancellationToken cancellationToken)
    {
        try
        {
            return await store.ReadFromAsync(key, offset, maxBytes, cancellationToken);
        }
        catch (ContentStoreException problem) when (problem.IsOfOneValue)
        {
            throw UnreadableRecordException.OutOfReach(key, problem);
        }
    }
}
