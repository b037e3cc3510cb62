using Azure;
using Azure.Storage.Blobs;
using Azure.Storage.Blobs.Models;

namespace Orchestrator.LocalHost.Journal.Blobs;

/// <summary>Reads a range of a segment. An interrupted download is resumed at its position.</summary>
/// <param name="to">The end of the range, in bytes from the start of the segment.</param>
/// <param name="from">The start of the range.</param>
internal sealed class BlobSource(JournalContainer container, string name, long to, long from = 0) : IJournalSource
{
    private const int MaxBreaks = 10;

    private readonly BlobClient _blob = container.Client.GetBlobClient(name);
    private BlobDownloadStreamingResult? _download;
    private long _offset = from;
    private int _breaks;

    public string Location { get; } = container.Locate(name);

    /// <summary>False: appending a block is atomic.</summary>
    public bool CanBeTorn => false;

    /// <summary>The number of blocks of the segment; 0 until data was read.</summary>
    public int Blocks { get; private set; }

    public async ValueTask<int> ReadAsync(Memory<byte> buffer, CancellationToken cancellationToken)
    {
        while (_offset < to)
        {
            try
            {
                _download ??= await OpenAsync(cancellationToken).ConfigureAwait(false);
                var read = await _download.Content.ReadAsync(buffer, cancellationToken).ConfigureAwait(false);
                _offset += read;
                return read;
            }
            catch (RequestFailedException exception) when (exception.Status == 416)
            {
                // The segment is shorter than expected.
                return 0;
            }
            catch (RequestFailedException exception) when (exception.Status is 404 or 409 or 412)
            {
                throw container.Refused($"Reading '{Location}'", exception);
            }
            catch (Exception exception) when (JournalContainer.IsTransient(exception, cancellationToken) && ++_breaks < MaxBreaks)
            {
                Dispose();
            }
        }

        return 0;
    }

    public void Dispose()
    {
        _download?.Dispose();
        _download = null;
    }

    private async Task<BlobDownloadStreamingResult> OpenAsync(CancellationToken cancellationToken)
    {
        var range = new BlobDownloadOptions { Range = new HttpRange(_offset, to - _offset) };
        var download = await container.SendAsync(
            $"Reading '{Location}'", async token => (await _blob.DownloadStreamingAsync(range, token).ConfigureAwait(false)).Value, cancellationToken)
            .ConfigureAwait(false);
        Blocks = download.Details.BlobCommittedBlockCount;
        return download;
    }
}
