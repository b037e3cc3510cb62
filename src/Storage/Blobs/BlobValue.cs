using Azure;
using Azure.Storage;
using Azure.Storage.Blobs.Models;
using Azure.Storage.Blobs.Specialized;

namespace Orchestrator.Storage.Blobs;

/// <summary>Writes whole values as block blobs. Thread-safe.</summary>
internal static class BlobValue
{
    /// <summary>The service accepts values of up to 5,000 MiB in one request. One request makes the write atomic.</summary>
    private const long MaxSinglePut = 5_000L * 1024 * 1024;

    /// <summary>The metadata that names a write, so that a write whose response was lost is recognized.</summary>
    private const string WriteName = "write";

    /// <summary>Uploads a value.</summary>
    /// <returns>The ETag; null when the conditions did not hold.</returns>
    /// <exception cref="RequestFailedException">The service refused the request.</exception>
    public static async Task<string?> UploadAsync(
        BlockBlobClient blob, ReadOnlyMemory<byte> content, BlobRequestConditions conditions, CancellationToken cancellationToken)
    {
        var write = Guid.NewGuid().ToString("N");
        var options = new BlobUploadOptions
        {
            Conditions = conditions,
            Metadata = new Dictionary<string, string> { [WriteName] = write },
            TransferOptions = new StorageTransferOptions { InitialTransferSize = MaxSinglePut, MaximumTransferSize = MaxSinglePut },
        };
        using var sends = Sends.Count();
        try
        {
            using var stream = BinaryData.FromBytes(content).ToStream();
            return Text((await blob.UploadAsync(stream, options, cancellationToken)).Value.ETag);
        }
        catch (RequestFailedException failure) when (IsConditionNotMet(failure))
        {
            var found = sends.MoreThanOne ? await BlobLogs.FindAsync(blob, cancellationToken) : null;
            return found?.Metadata.TryGetValue(WriteName, out var name) == true && name == write ? Text(found.ETag) : null;
        }
    }

    /// <summary>An ETag without its quotes, which belong to the header.</summary>
    public static string Text(ETag etag) => etag.ToString("G").Trim('"');

    /// <summary>The ETag of a text without quotes.</summary>
    public static ETag Tag(string text) => new($"\"{text}\"");

    private static bool IsConditionNotMet(RequestFailedException failure) =>
        failure.ErrorCode == BlobErrorCode.ConditionNotMet
        || failure.ErrorCode == BlobErrorCode.BlobAlreadyExists
        || failure.ErrorCode == BlobErrorCode.BlobNotFound;
}
