using System.Globalization;
using System.Runtime.CompilerServices;
using Azure.Storage.Blobs.Models;

namespace Orchestrator.LocalHost.Journal.Blobs;

/// <summary>
/// The blobs of the histories: <c>{folder}/instances/{name}/{segment}</c>, where the name is that of a history file. The segments of a history, one
/// behind the other, are that file, byte for byte.
/// </summary>
internal sealed class BlobSegments(BlobAccount account)
{
    private readonly string _prefix = account.Options.Folder + "/instances/";

    public string NameOf(JournalId id, int segment) => PrefixOf(id) + segment.ToString("D5", CultureInfo.InvariantCulture);

    /// <summary>The segments of one history, in their order.</summary>
    public IAsyncEnumerable<BlobSegment> ListAsync(JournalId id, CancellationToken cancellation) => ListAsync(PrefixOf(id), cancellation);

    /// <summary>The segments of all histories, those of one next to each other and in their order. Blobs with another name do not belong to the journal and are passed over.</summary>
    public IAsyncEnumerable<BlobSegment> ListAsync(CancellationToken cancellation) => ListAsync(_prefix, cancellation);

    public Task DeleteAsync(BlobSegment segment, CancellationToken cancellation) => account.SendAsync(
        $"Deleting '{account.Locate(segment.Name)}'",
        token => account.Container.DeleteBlobIfExistsAsync(segment.Name, cancellationToken: token),
        cancellation);

    private string PrefixOf(JournalId id) => $"{_prefix}{InstanceFileName.Encode(id)}/";

    private async IAsyncEnumerable<BlobSegment> ListAsync(string prefix, [EnumeratorCancellation] CancellationToken cancellation)
    {
        string? continuation = null;
        do
        {
            var page = await account.SendAsync($"Listing '{account.Locate(prefix)}'", token => PageAsync(prefix, continuation, token), cancellation)
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

    private async Task<Azure.Page<BlobItem>> PageAsync(string prefix, string? continuation, CancellationToken cancellation)
    {
        var pages = account.Container.GetBlobsAsync(BlobTraits.None, BlobStates.None, prefix, cancellation).AsPages(continuation).GetAsyncEnumerator(cancellation);
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

/// <summary>One append blob of a history.</summary>
/// <param name="Name">The blob's name in the container.</param>
/// <param name="File">The name of the history's file, as <see cref="InstanceFileName"/> makes it.</param>
/// <param name="Number">Counts from 0.</param>
/// <param name="Length">In bytes.</param>
internal readonly record struct BlobSegment(string Name, string File, int Number, long Length);
