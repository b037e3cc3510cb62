using System.Runtime.CompilerServices;
using Azure;
using Azure.Storage.Blobs;
using Azure.Storage.Blobs.Models;
using Azure.Storage.Blobs.Specialized;
using Microsoft.Extensions.Configuration;

namespace Orchestrator.Storage.Blobs;

/// <summary>
/// The contract in the blobs of one container; a key is a blob's name. Processes may share the container, which the first write creates. Values are
/// block blobs, written by one request; logs are append blobs. Thread-safe.
/// </summary>
/// <remarks>
/// A write whose response was lost is recognized when the client retries it: a value by the name of the write in the blob's metadata, an append by
/// its position and its bytes. This store does not detect that a key is both a value and a folder. Accounts with a hierarchical namespace are not
/// supported.
/// </remarks>
public sealed class BlobContentStore : IContentStore
{
    /// <summary>The default container.</summary>
    public const string DefaultContainer = "orchestrator";

    private const int DeletedAtOnce = 16;

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

    /// <param name="maxBlocks">Number of appends after which a log continues in another blob. All users of a container must use the same.</param>
    internal BlobContentStore(BlobAccount account, string container, int maxBlocks)
    {
        ArgumentNullException.ThrowIfNull(account);
        _account = account;
        Container = account.Service.GetBlobContainerClient(container);
        _logs = new BlobLogs(Container, maxBlocks);
        _appends = new GroupCommit<string>(
            (key, parts, _) => WriteAsync(key, () => _logs.AppendAsync(key, parts), CancellationToken.None), IContentStore.MaxAppendBytes);
    }

    /// <summary>The container, for blobs of other users with names that are not keys.</summary>
    public BlobContainerClient Container { get; }

    /// <summary>The container and the account, for messages.</summary>
    public string Place => $"the container '{Container.Name}' of the storage account '{_account.Name}'";

    /// <summary>The store over the account of <see cref="BlobAccount.DefaultSetting"/> and the container of <see cref="ContainerSetting"/>.</summary>
    /// <param name="patience">
    /// How long a request is retried while the account does not respond; null means <see cref="BlobAccount.DefaultPatience"/>.
    /// </param>
    /// <param name="isMisspelling">As for <see cref="BlobAccount.Read(IConfiguration, string, TimeSpan?, Func{string, string, bool}?)"/>.</param>
    /// <exception cref="ContentStoreException">A setting is missing or cannot be used.</exception>
    public static BlobContentStore Open(IConfiguration configuration, TimeSpan? patience = null, Func<string, string, bool>? isMisspelling = null)
    {
        ArgumentNullException.ThrowIfNull(configuration);
        var container = configuration[ContainerSetting] ?? DefaultContainer;
        return IsContainerName(container)
            ? new BlobContentStore(BlobAccount.Read(configuration, patience: patience, isMisspelling: isMisspelling), container)
            : throw new ContentStoreException(
                ContainerSetting,
                $"{ContainerSetting} is '{container}', but the name of a container has 3 to 63 lower-case letters, digits "
                + "and single hyphens between them.");
    }

    /// <summary>Checks that the account responds; the container may be missing.</summary>
    /// <exception cref="ContentStoreException">The account does not respond, or refuses the request.</exception>
    public Task ReachAsync(CancellationToken cancellationToken) =>
        CallAsync("", async () => (await Container.ExistsAsync(cancellationToken)).Value, cancellationToken);

    public Task<StoredContent?> GetAsync(ContentKey key, CancellationToken cancellationToken = default) => CallAsync(
        key.Value,
        async () => await _logs.ReadAsync(key.Value, 0, null, cancellationToken) is var (tail, etag, age)
            ? new StoredContent(tail.Bytes, BlobValue.Text(etag), age)
            : null,
        cancellationToken);

    public Task<ContentTail?> ReadFromAsync(ContentKey key, long offset, int? maxBytes, CancellationToken cancellationToken = default)
    {
        ArgumentOutOfRangeException.ThrowIfNegative(offset);
        ArgumentOutOfRangeException.ThrowIfLessThan(maxBytes ?? 1, 1, nameof(maxBytes));
        return CallAsync(key.Value, async () => (await _logs.ReadAsync(key.Value, offset, maxBytes, cancellationToken))?.Tail, cancellationToken);
    }

    public async Task<string> PutAsync(ContentKey key, ReadOnlyMemory<byte> content, CancellationToken cancellationToken = default) =>
        (await UploadAsync(key, content, new BlobRequestConditions(), cancellationToken))!;

    public Task<string?> CreateAsync(ContentKey key, ReadOnlyMemory<byte> content, CancellationToken cancellationToken = default) =>
        UploadAsync(key, content, new BlobRequestConditions { IfNoneMatch = ETag.All }, cancellationToken);

    public Task<string?> ReplaceAsync(
        ContentKey key, ReadOnlyMemory<byte> content, string etag, CancellationToken cancellationToken = default)
    {
        ArgumentNullException.ThrowIfNull(etag);
        return UploadAsync(key, content, new BlobRequestConditions { IfMatch = BlobValue.Tag(etag) }, cancellationToken);
    }

    public Task<long> AppendAsync(ContentKey key, ReadOnlyMemory<byte> content, bool flush, CancellationToken cancellationToken = default)
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
                    var conditions = new BlobRequestConditions { IfMatch = BlobValue.Tag(etag) };
                    return await Container.GetBlobClient(key.Value).DeleteIfExistsAsync(conditions: conditions, cancellationToken: cancellationToken)
                        || sends.MoreThanOne;
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

    private static bool IsOfStore(string name) => (IsSegment(name) ? name[..name.IndexOf(BlobLogs.SegmentMark, StringComparison.Ordinal)] : name)
        .Split('/').All(ContentKey.IsSegment);

    /// <summary>The names of the blobs of values and logs, with further blobs of logs, in the ordinal order of the service.</summary>
    private async IAsyncEnumerable<string> NamesAsync(ContentPrefix prefix, [EnumeratorCancellation] CancellationToken cancellationToken)
    {
        cancellationToken.ThrowIfCancellationRequested();
        var pages = Container.GetBlobsAsync(BlobTraits.None, BlobStates.None, prefix.Value, cancellationToken);
        await using var blobs = pages.GetAsyncEnumerator(cancellationToken);
        while (await CallAsync(prefix.Value, () => NextAsync(blobs), cancellationToken))
        {
            if (IsOfStore(blobs.Current.Name))
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
    private Task<string?> UploadAsync(
        ContentKey key, ReadOnlyMemory<byte> content, BlobRequestConditions conditions, CancellationToken cancellationToken) =>
        WriteAsync(
            key.Value,
            () => BlobValue.UploadAsync(Container.GetBlockBlobClient(key.Value), content, conditions, cancellationToken),
            cancellationToken);

    /// <summary>Makes a write; when the container is missing, creates it and makes the write again.</summary>
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

    private Task<T> CallAsync<T>(string location, Func<Task<T>> call, CancellationToken cancellationToken) =>
        BlobErrors.TranslateAsync(_account, Container.Name, location, call, cancellationToken);
}
