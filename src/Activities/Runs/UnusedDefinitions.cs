using System.Globalization;
using Orchestrator.Activities.Records;
using Orchestrator.Storage;

namespace Orchestrator.Activities.Runs;

/// <summary>
/// Prunes definitions that no run and no stored workflow uses. A start writes or finds its definition before its record refers to it, so pruning only
/// moves an unused definition aside, under a key with the time, and deletes it a day later if it is still unused. A start that needs it meanwhile
/// finds it there.
/// </summary>
internal static class UnusedDefinitions
{
    private const string Mark = "unused-";
    private const int HashLength = 64;

    /// <summary>Time between moving aside and deletion: far longer than a start takes.</summary>
    private static readonly TimeSpan Grace = TimeSpan.FromDays(1);

    /// <summary>The key of a definition that was moved aside; null when it was not.</summary>
    public static async Task<ContentKey?> FindAsync(IContentStore store, string hash, CancellationToken cancellationToken)
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

    /// <summary>Moves unused definitions aside, moves back those that are used again, and deletes those that were unused for a day.</summary>
    /// <param name="isUsed">Whether a run or a stored workflow uses the definition with this hash.</param>
    /// <param name="dryRun">Only count.</param>
    /// <returns>How many were moved aside or deleted.</returns>
    public static async Task<int> PruneAsync(
        IContentStore store, Func<string, bool> isUsed, DateTimeOffset now, bool dryRun, CancellationToken cancellationToken)
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
                if (!dryRun && !await TryMoveAsync(store, key, RunKeys.Definition(hash), cancellationToken))
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

            if (!dryRun && !await TryMoveAsync(store, key, KeyOf(hash, now), cancellationToken))
            {
                return count;
            }

            count++;
        }

        return count;
    }

    /// <summary>False on a full disk: the definition stays where it is, is still found, and the next pruning moves it.</summary>
    private static async Task<bool> TryMoveAsync(IContentStore store, ContentKey from, ContentKey to, CancellationToken cancellationToken)
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
