using System.Globalization;
using System.Runtime.CompilerServices;
using Azure.Storage.Blobs.Models;

namespace Orchestrator.LocalHost.Journal.Blobs;

/// <summary>
/// Lists the blobs of histories: <c>{folder}/instances/{name}/{segment}</c>, where the name is that of a history file. The concatenated segments of a
/// history are the content of that file.
/// </summary>
internal sealed class BlobSegments(JournalContainer container)
{
    private readonly string _prefix = container.Options.Folder + "/instances/";

    public string NameOf(JournalId id, int segment) => PrefixOf(id) + segment.ToString("D5", CultureInfo.InvariantCulture);

    /// <summary>The segments of one history in order.</summary>
    public IAsyncEnumerable<BlobSegment> ListAsync(JournalId id, CancellationToken cancellationToken) => ListAsync(PrefixOf(id), cancellationToken);

    /// <summary>The segments of all histories, grouped by history and in order. Blobs with other names are ignored.</summary>
    public IAsyncEnumerable<BlobSegment> ListAsync(CancellationToken cancellationToken) => ListAsync(_prefix, cancellationToken);

    public Task DeleteAsync(BlobSegment segment, CancellationToken cancellationToken) => container.SendAsync(
        $"Deleting '{container.Locate(segment.Name)}'",
        token => container.Client.DeleteBlobIfExistsAsync(segment.Name, cancellationToken: token),
        cancellationToken);

    private string PrefixOf(JournalId id) => $"{_prefix}{InstanceFileName.Encode(id)}/";

    private async IAsyncEnumerable<BlobSegment> ListAsync(string prefix, [EnumeratorCancellation] CancellationToken cancellationToken)
    {
        string? continuation = null;
        do
        {
            var page = await container.SendAsync(
                $"Listing '{container.Locate(prefix)}'", token => PageAsync(prefix, continuation, token), cancellationToken)
                .ConfigureAwait(false);
            foreach (var blob in page.Values)
            {
                if (Parse(blob) is { } segment)
                {
                    yield return segment;
                }
            }

            continuation = page.ContinuationToken;
        }
        while (!string.IsNullOrEmpty(continuation));
    }

    private async Task<Azure.Page<BlobItem>> PageAsync(string prefix, string? continuation, CancellationToken cancellationToken)
    {
        var blobs = container.Client.GetBlobsAsync(BlobTraits.None, BlobStates.None, prefix, cancellationToken);
        var pages = blobs.AsPages(continuation).GetAsyncEnumerator(cancellationToken);
        await using (pages.ConfigureAwait(false))
        {
            await pages.MoveNextAsync().ConfigureAwait(false);
            return pages.Current;
        }
    }

    private BlobSegment? Parse(BlobItem blob)
    {
        var parts = blob.Name[_prefix.Length..].Split('/');
        return parts.Length == 2
            && parts[1].Length == 5
            && int.TryParse(parts[1], NumberStyles.None, CultureInfo.InvariantCulture, out var number)
            && blob.Properties.BlobType == BlobType.Append
            ? new BlobSegment(blob.Name, parts[0], number, blob.Properties.ContentLength ?? 0)
            : null;
    }
}

/// <summary>An append blob of a history.</summary>
/// <param name="Name">The blob's name in the container.</param>
/// <param name="File">The name of the history's file, as <see cref="InstanceFileName"/> makes it.</param>
/// <param name="Number">The position in the history, from 0.</param>
/// <param name="Length">The length in bytes.</param>
internal readonly record struct BlobSegment(string Name, string File, int Number, long Length);
