using System.Globalization;
using System.Security.Cryptography;
using Orchestrator.Activities.Records;
using Orchestrator.Storage;

namespace Orchestrator.Activities.Runs;

/// <summary>
/// Stores the texts of definitions under their hashes, and prunes those that no run and no stored workflow uses. A start writes or finds its
/// definition before its record refers to it, so pruning only moves an unused definition aside, under a key with the time, and deletes it a day later
/// if it is still unused. A start that needs it meanwhile finds it there. Thread-safe.
/// </summary>
/// <remarks>
/// Every method throws a <see cref="ContentStoreException"/> when the store is not available. A write that failed may have happened; every write may
/// be repeated.
/// </remarks>
public sealed class DefinitionStore(IContentStore store)
{
    private const string Mark = "unused-";
    private const int HashLength = 64;

    /// <summary>Time between moving aside and deletion: far longer than a start takes.</summary>
    private static readonly TimeSpan Grace = TimeSpan.FromDays(1);

    /// <summary>Stores a definition under its hash. A damaged text under the hash is replaced.</summary>
    /// <param name="hash">SHA-256 of <paramref name="source"/>, in lower-case hex.</param>
    /// <param name="source">The text, as UTF-8.</param>
    public async Task PutAsync(string hash, ReadOnlyMemory<byte> source, CancellationToken cancellationToken)
    {
        if (await FindWriteAsync(hash, source, cancellationToken) is { } write)
        {
            await store.WriteAsync([write], cancellationToken);
        }
    }

    /// <summary>
    /// The write that stores a definition under its hash; null when it is stored already. It is to be made before what refers to it.
    /// </summary>
    /// <inheritdoc cref="PutAsync"/>
    internal async Task<ContentWrite?> FindWriteAsync(string hash, ReadOnlyMemory<byte> source, CancellationToken cancellationToken)
    {
        // Read first: nearly every start has a definition that is stored already. A file that lost its content, for example in a power failure, would
        // fail every later run of this definition.
        var key = RunKeys.Definition(hash);
        return (await store.GetAsync(key, cancellationToken))?.Bytes.Span.SequenceEqual(source.Span) == true ? null : ContentWrite.Put(key, source);
    }

    /// <summary>The text of a stored definition; null when there is none.</summary>
    /// <exception cref="UnreadableRecordException">What is stored is not the text of that hash.</exception>
    public async Task<ReadOnlyMemory<byte>?> GetAsync(string hash, CancellationToken cancellationToken)
    {
        var key = RunKeys.Definition(hash);

        // Read once more under its own key: pruning may have moved it back during the search.
        var stored = await store.GetReadableAsync(key, cancellationToken)
            ?? (await FindUnusedAsync(hash, cancellationToken) is { } unused
                ? await store.GetReadableAsync(unused, cancellationToken)
                : null)
            ?? await store.GetReadableAsync(key, cancellationToken);
        return stored is null || Convert.ToHexStringLower(SHA256.HashData(stored.Bytes.Span)) == hash
            ? stored?.Bytes
            : throw UnreadableRecordException.Damaged(
                key,
                "its content does not have the hash that is its name. "
                + "Give the definition with --definition, or start a run of it, which writes it again");
    }

    /// <summary>Moves unused definitions aside, moves back those that are used again, and deletes those that were unused for a day.</summary>
    /// <param name="isUsed">Whether a run or a stored workflow uses the definition with this hash.</param>
    /// <param name="dryRun">Only count.</param>
    /// <returns>How many were moved aside or deleted.</returns>
    internal async Task<int> PruneAsync(Func<string, bool> isUsed, DateTimeOffset now, bool dryRun, CancellationToken cancellationToken)
    {
        var count = 0;
        await foreach (var key in store.ListAsync(MovedAside, cancellationToken))
        {
            if (Read(key) is not var (since, hash))
            {
                continue;
            }

            if (isUsed(hash))
            {
                if (!dryRun && !await TryMoveAsync(key, RunKeys.Definition(hash), cancellationToken))
                {
                    return count;
                }
            }
            else if (now - since >= Grace)
            {
                count++;
                if (!dryRun)
                {
                    await store.DeleteAsync(key, cancellationToken);
                }
            }
        }

        await foreach (var key in store.ListAsync(ContentPrefix.Under(StoreFolders.Definitions), cancellationToken))
        {
            if (key.Value.Split('/') is not [_, var hash] || !IsHash(hash) || isUsed(hash))
            {
                continue;
            }

            if (!dryRun && !await TryMoveAsync(key, KeyOf(hash, now), cancellationToken))
            {
                return count;
            }

            count++;
        }

        return count;
    }

    /// <summary>The key of a definition that was moved aside; null when it was not.</summary>
    private async Task<ContentKey?> FindUnusedAsync(string hash, CancellationToken cancellationToken)
    {
        await foreach (var key in store.ListAsync(MovedAside, cancellationToken))
        {
            if (Read(key) is var (_, found) && found == hash)
            {
                return key;
            }
        }

        return null;
    }

    /// <summary>False on a full disk: the definition stays where it is, is still found, and the next pruning moves it.</summary>
    private async Task<bool> TryMoveAsync(ContentKey from, ContentKey to, CancellationToken cancellationToken)
    {
        if (await store.GetAsync(from, cancellationToken) is not { } text)
        {
            return true;
        }

        try
        {
            await store.CreateAsync(to, text.Bytes, cancellationToken);
        }
        catch (ContentStoreException problem) when (problem.IsFull)
        {
            return false;
        }

        await store.DeleteAsync(from, cancellationToken);
        return true;
    }

    private static ContentPrefix MovedAside => ContentPrefix.Under(StoreFolders.Definitions).StartingWith(Mark);

    private static ContentKey KeyOf(string hash, DateTimeOffset now) =>
        ContentKey.Of(StoreFolders.Definitions, string.Create(CultureInfo.InvariantCulture, $"{Mark}{now.UtcTicks:D19}-{hash}"));

    private static (DateTimeOffset Since, string Hash)? Read(ContentKey key) =>
        key.Value[(StoreFolders.Definitions.Length + 1 + Mark.Length)..] is { Length: RunKeys.TimeLength + 1 + HashLength } name
            && long.TryParse(name.AsSpan(0, RunKeys.TimeLength), NumberStyles.None, CultureInfo.InvariantCulture, out var ticks)
            && ticks <= DateTime.MaxValue.Ticks
            && IsHash(name[^HashLength..])
            ? (new DateTimeOffset(ticks, TimeSpan.Zero), name[^HashLength..])
            : null;

    private static bool IsHash(string text) => text.Length == HashLength && text.All(char.IsAsciiHexDigitLower);
}
