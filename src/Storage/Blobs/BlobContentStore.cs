using System.Runtime.CompilerServices;
using Azure;
using Azure.Storage;
using Azure.Storage.Blobs;
using Azure.Storage.Blobs.Models;
using Azure.Storage.Blobs.Specialized;
using Microsoft.Extensions.Configuration;

namespace Orchestrator.Storage.Blobs;

/// <summary>
/// The contract in the blobs of one container, a key being a blob's name. Several processes may use it at the same time. Thread-safe. The container
/// is created by the first write. Values are block blobs, written by one request; logs are append blobs.
/// </summary>
/// <remarks>
/// A write whose answer was lost is found again when the client repeats it: a value by a name that each write leaves in the blob's metadata, an
/// append by its position and its bytes. This store cannot tell a value from a folder. Accounts with a hierarchical namespace are not supported.
/// </remarks>
public sealed class BlobContentStore : IContentStore
{
    /// <summary>The container that is used unless another is named.</summary>
    public const string DefaultContainer = "orchestrator";

    /// <summary>The service takes values up to 5,000 MiB in one request. One request is what makes them whole.</summary>
    private const long MaxSinglePut = 5_000L * 1024 * 1024;

    private const int DeletedAtOnce = 16;

    private const string WriteName = "write";

    private readonly BlobAccount _account;
    private readonly BlobLogs _logs;
    private readonly GroupCommit<string> _appends;

    /// <summary>The setting that names another container.</summary>
    public const string ContainerSetting = "Orchestrator:Container";

    /// <summary>Makes no request.</summary>
    /// <param name="container">3 to 63 lower-case letters, digits and hyphens.</param>
    public BlobContentStore(BlobAccount account, string container = DefaultContainer)
        : this(account, container, BlobAccount.MaxAppends)
    {
    }

    /// <param name="maxBlocks">After how many appends a log goes on in another blob. All users of a container must agree.</param>
    internal BlobContentStore(BlobAccount account, string container, int maxBlocks)
    {
        ArgumentNullException.ThrowIfNull(account);
        _account = account;
        Container = account.Service.GetBlobContainerClient(container);
        _logs = new BlobLogs(Container, maxBlocks);
        _appends = new GroupCommit<string>(
            (key, parts) => WriteAsync(key, () => _logs.AppendAsync(key, parts), CancellationToken.None), IContentStore.MaxAppendBytes);
    }

    /// <summary>The container, for what else is to be kept in it under names of its own.</summary>
    public BlobContainerClient Container { get; }

    /// <summary>What the store keeps its values in, for people: the container and the account.</summary>
    public string Place => $"the container '{Container.Name}' of the storage account '{_account.Name}'";

    /// <summary>The store over the account of <see cref="BlobAccount.DefaultSetting"/> and the container of <see cref="ContainerSetting"/>.</summary>
    /// <param name="patience">How long a request is tried again while the account does not answer; null means <see cref="BlobAccount.DefaultPatience"/>.</param>
    /// <param name="isMisspelling">As for <see cref="BlobAccount.Read(IConfiguration, string, TimeSpan?, Func{string, string, bool}?)"/>.</param>
    /// <exception cref="ContentStoreException">A setting is missing or cannot be used.</exception>
    public static BlobContentStore Open(IConfiguration configuration, TimeSpan? patience = null, Func<string, string, bool>? isMisspelling = null)
    {
        ArgumentNullException.ThrowIfNull(configuration);
        var container = configuration[ContainerSetting] ?? DefaultContainer;
        return IsContainerName(container)
            ? new BlobContentStore(BlobAccount.Read(configuration, patience: patience, isMisspelling: isMisspelling), container)
            : throw new ContentStoreException(
                ContainerSetting, $"{ContainerSetting} is '{container}', but the name of a container has 3 to 63 lower-case letters, digits and single hyphens between them.");
    }

    /// <summary>Asks the account whether the container is there: it may be missing, but there must be an answer.</summary>
    /// <exception cref="ContentStoreException">The account does not answer, or refuses.</exception>
    public Task ReachAsync(CancellationToken cancellationToken) =>
        CallAsync("", async () => (await Container.ExistsAsync(cancellationToken)).Value, cancellationToken);

    public Task<StoredContent?> GetAsync(ContentKey key, CancellationToken cancellationToken = default) => CallAsync(
        key.Value,
        async () => await _logs.ReadAsync(key.Value, 0, cancellationToken) is var (tail, etag, age) ? new StoredContent(tail.Bytes, Text(etag), age) : null,
        cancellationToken);

    public Task<ContentTail?> ReadFromAsync(ContentKey key, long offset, CancellationToken cancellationToken = default)
    {
        ArgumentOutOfRangeException.ThrowIfNegative(offset);
        return CallAsync(key.Value, async () => (await _logs.ReadAsync(key.Value, offset, cancellationToken))?.Tail, cancellationToken);
    }

    public async Task<string> PutAsync(ContentKey key, ReadOnlyMemory<byte> content, CancellationToken cancellationToken = default) =>
        (await UploadAsync(key, content, new BlobRequestConditions(), cancellationToken))!;

    public Task<string?> CreateAsync(ContentKey key, ReadOnlyMemory<byte> content, CancellationToken cancellationToken = default) =>
        UploadAsync(key, content, new BlobRequestConditions { IfNoneMatch = ETag.All }, cancellationToken);

    public Task<string?> ReplaceAsync(
        ContentKey key, ReadOnlyMemory<byte> content, string etag, CancellationToken cancellationToken = default)
    {
        ArgumentNullException.ThrowIfNull(etag);
        return UploadAsync(key, content, new BlobRequestConditions { IfMatch = Tag(etag) }, cancellationToken);
    }

    public Task<long> AppendAsync(ContentKey key, ReadOnlyMemory<byte> content, CancellationToken cancellationToken = default)
    {
        ArgumentOutOfRangeException.ThrowIfGreaterThan(content.Length, IContentStore.MaxAppendBytes, nameof(content));
        cancellationToken.ThrowIfCancellationRequested();
        return _appends.AddAsync(key.Value, content);
    }

    public Task<bool> DeleteAsync(ContentKey key, CancellationToken cancellationToken = default) =>
        CallAsync(key.Value, () => _logs.DeleteAsync(key.Value, cancellationToken), cancellationToken);

    public Task<bool> DeleteAsync(ContentKey key, string etag, CancellationToken cancellationToken = default)
    {
        ArgumentNullException.ThrowIfNull(etag);
        return CallAsync(
            key.Value,
            async () =>
            {
                using var sends = Sends.Count();
                try
                {
                    return await Container.GetBlobClient(key.Value).DeleteIfExistsAsync(
                        conditions: new BlobRequestConditions { IfMatch = Tag(etag) }, cancellationToken: cancellationToken) || sends.MoreThanOne;
                }
                catch (RequestFailedException failure) when (failure.Status == 412)
                {
                    return false;
                }
            },
            cancellationToken);
    }

    public async Task<int> DeleteAsync(ContentPrefix prefix, CancellationToken cancellationToken = default)
    {
        var names = await NamesAsync(prefix, cancellationToken).ToListAsync(cancellationToken);
        var segments = names.Where(IsSegment).Reverse().ToList();
        var keys = names.Where(name => !IsSegment(name)).ToList();

        // Segments first, see BlobLogs.DeleteAsync.
        await DeleteBlobsAsync(prefix, segments, cancellationToken);
        var count = await DeleteBlobsAsync(prefix, keys, cancellationToken);
        _logs.Forget();
        return count;
    }

    public async IAsyncEnumerable<ContentKey> ListAsync(
        ContentPrefix prefix, [EnumeratorCancellation] CancellationToken cancellationToken = default)
    {
        await foreach (var name in NamesAsync(prefix, cancellationToken))
        {
            if (!IsSegment(name))
            {
                yield return ContentKey.Parse(name);
            }
        }
    }

    private static bool IsContainerName(string name) =>
        name.Length is >= 3 and <= 63
        && name.Split('-').All(part => part.Length > 0 && part.All(character => char.IsAsciiLetterLower(character) || char.IsAsciiDigit(character)));

    private static bool IsSegment(string name) => name.Contains(BlobLogs.SegmentMark, StringComparison.Ordinal);

    private static bool IsOurs(string name) => (IsSegment(name) ? name[..name.IndexOf(BlobLogs.SegmentMark, StringComparison.Ordinal)] : name)
        .Split('/').All(ContentKey.IsSegment);

    // The service writes it in quotes, which belong to the header.
    private static string Text(ETag etag) => etag.ToString("G").Trim('"');

    private static ETag Tag(string etag) => new($"\"{etag}\"");

    /// <summary>The names of the blobs that hold keys or further parts of logs, in ordinal order, as the service lists them.</summary>
    private async IAsyncEnumerable<string> NamesAsync(ContentPrefix prefix, [EnumeratorCancellation] CancellationToken cancellationToken)
    {
        cancellationToken.ThrowIfCancellationRequested();
        await using var blobs = Container.GetBlobsAsync(BlobTraits.None, BlobStates.None, prefix.Value, cancellationToken).GetAsyncEnumerator(cancellationToken);
        while (await CallAsync(prefix.Value, () => NextAsync(blobs), cancellationToken))
        {
            if (IsOurs(blobs.Current.Name))
            {
                yield return blobs.Current.Name;
            }
        }
    }

    private static async Task<bool> NextAsync(IAsyncEnumerator<BlobItem> blobs)
    {
        try
        {
            return await blobs.MoveNextAsync();
        }
        catch (RequestFailedException failure) when (BlobErrors.IsAbsence(failure))
        {
            return false;
        }
    }

    private async Task<int> DeleteBlobsAsync(ContentPrefix prefix, List<string> names, CancellationToken cancellationToken)
    {
        var count = 0;
        var options = new ParallelOptions { MaxDegreeOfParallelism = DeletedAtOnce, CancellationToken = cancellationToken };
        await Parallel.ForEachAsync(names, options, async (name, token) =>
        {
            if (await CallAsync(prefix.Value, () => DeleteBlobAsync(name, token), token))
            {
                Interlocked.Increment(ref count);
            }
        });
        return count;
    }

    private async Task<bool> DeleteBlobAsync(string name, CancellationToken cancellationToken)
    {
        using var sends = Sends.Count();
        return await Container.GetBlobClient(name).DeleteIfExistsAsync(cancellationToken: cancellationToken) || sends.MoreThanOne;
    }

    /// <returns>The ETag; null when the conditions did not hold.</returns>
    private Task<string?> UploadAsync(ContentKey key, ReadOnlyMemory<byte> content, BlobRequestConditions conditions, CancellationToken cancellationToken)
    {
        var blob = Container.GetBlockBlobClient(key.Value);
        var write = Guid.NewGuid().ToString("N");
        var options = new BlobUploadOptions
        {
            Conditions = conditions,
            Metadata = new Dictionary<string, string> { [WriteName] = write },
            TransferOptions = new StorageTransferOptions { InitialTransferSize = MaxSinglePut, MaximumTransferSize = MaxSinglePut },
        };
        return WriteAsync(
            key.Value,
            async () =>
            {
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
            },
            cancellationToken);
    }

    private static bool IsConditionNotMet(RequestFailedException failure) =>
        failure.ErrorCode == BlobErrorCode.ConditionNotMet
        || failure.ErrorCode == BlobErrorCode.BlobAlreadyExists
        || failure.ErrorCode == BlobErrorCode.BlobNotFound;

    /// <summary>Calls, and once more with a new container where there was none.</summary>
    private Task<T> WriteAsync<T>(string location, Func<Task<T>> write, CancellationToken cancellationToken) => CallAsync(
        location,
        async () =>
        {
            try
            {
                return await write();
            }
            catch (RequestFailedException failure) when (failure.ErrorCode == BlobErrorCode.ContainerNotFound)
            {
                await Container.CreateIfNotExistsAsync(cancellationToken: cancellationToken);
                return await write();
            }
        },
        cancellationToken);

    private async Task<T> CallAsync<T>(string location, Func<Task<T>> call, CancellationToken cancellationToken)
    {
        cancellationToken.ThrowIfCancellationRequested();
        using var refusals = Refusals.Listen();
        try
        {
            return await call();
        }
        catch (Exception exception) when (cancellationToken.IsCancellationRequested && BlobErrors.IsGivenUp(exception))
        {
            // Who gave up while the client tried again is told why it did.
            var failure = BlobErrors.BeforeGivenUp(exception, refusals.Last);
            throw new OperationCanceledException(
                exception.Message, failure is null ? exception : BlobErrors.Translate(failure, _account, Container.Name, location), cancellationToken);
        }
        catch (Exception exception) when (BlobErrors.IsOfTheService(exception, cancellationToken))
        {
            throw BlobErrors.Translate(exception, _account, Container.Name, location);
        }
    }
}
