using Azure;
using Azure.Storage.Blobs;
using Azure.Storage.Blobs.Models;

namespace Orchestrator.LocalHost.Journal.Blobs;

/// <summary>A part of a segment. A download that breaks off is taken up where it was.</summary>
/// <param name="to">Where the part ends, in bytes from the start.</param>
/// <param name="from">Where it begins.</param>
internal sealed class BlobSource(BlobAccount account, string name, long to, long from = 0) : IJournalSource, IDisposable
{
    private const int MostBreaks = 10;

    private readonly BlobClient _blob = account.Container.GetBlobClient(name);
    private BlobDownloadStreamingResult? _download;
    private long _offset = from;
    private int _breaks;

    public string Location { get; } = account.Locate(name);

    /// <summary>A block is there as a whole or not at all.</summary>
    public bool CanBeTorn => false;

    /// <summary>How many blocks the segment has; 0 until something was read.</summary>
    public int Blocks { get; private set; }

    public async ValueTask<int> ReadAsync(Memory<byte> buffer, CancellationToken cancellation)
    {
        while (_offset < to)
        {
            try
            {
                _download ??= await OpenAsync(cancellation).ConfigureAwait(false);
                var read = await _download.Content.ReadAsync(buffer, cancellation).ConfigureAwait(false);
                _offset += read;
                return read;
            }
            catch (RequestFailedException answer) when (answer.Status == 416)
            {
                // The segment is shorter than was thought.
                return 0;
            }
            catch (RequestFailedException answer) when (answer.Status is 404 or 409 or 412)
            {
                throw account.Refused($"Reading '{Location}'", answer);
            }
            catch (Exception problem) when (BlobAccount.IsTransient(problem, cancellation) && ++_breaks < MostBreaks)
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

    private async Task<BlobDownloadStreamingResult> OpenAsync(CancellationToken cancellation)
    {
        var range = new BlobDownloadOptions { Range = new HttpRange(_offset, to - _offset) };
        var download = await account.SendAsync(
            $"Reading '{Location}'", async token => (await _blob.DownloadStreamingAsync(range, token).ConfigureAwait(false)).Value, cancellation).ConfigureAwait(false);
        Blocks = download.Details.BlobCommittedBlockCount;
        return download;
    }
}
