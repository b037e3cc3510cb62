using System.Security.Cryptography;
using System.Text;
using System.Text.Json.Serialization;
using Orchestrator.Activities.Records;
using Orchestrator.Storage;

namespace Orchestrator.Activities.Runs;

/// <summary>
/// Remembers for 24 hours which run a client's key stands for, so that a request that is sent again, even at the same moment, starts nothing new.
/// Thread-safe.
/// </summary>
public sealed class StartKeys(IContentStore store, TimeProvider time)
{
    private static readonly TimeSpan Lifetime = TimeSpan.FromHours(24);

    /// <summary>The hash of several texts together; their order and borders count.</summary>
    public static string Hash(params ReadOnlySpan<string> parts)
    {
        using var hash = IncrementalHash.CreateHash(HashAlgorithmName.SHA256);
        foreach (var part in parts)
        {
            hash.AppendData(SHA256.HashData(Encoding.UTF8.GetBytes(part)));
        }

        return Convert.ToHexStringLower(hash.GetHashAndReset());
    }

    /// <summary>What the key stands for; null when it was not used in the last 24 hours.</summary>
    public async Task<StartClaim?> FindAsync(string key, CancellationToken cancellationToken) =>
        await store.ReadAsync<StartClaim>(RunKeys.StartKey(Hash(key)), cancellationToken) is var (claim, _) && IsAlive(claim) ? claim : null;

    /// <summary>Makes the key stand for a run. Of several callers the first one counts: all get its run as the answer.</summary>
    /// <param name="request">The hash of the request.</param>
    public async Task<StartClaim> TakeAsync(string key, string request, string runId, CancellationToken cancellationToken)
    {
        var (place, mine) = (RunKeys.StartKey(Hash(key)), new StartClaim(request, runId, time.GetUtcNow()));
        while (true)
        {
            if (await store.CreateAsync(place, JsonContent.Bytes(mine), cancellationToken) is not null)
            {
                return mine;
            }

            if (await store.ReadAsync<StartClaim>(place, cancellationToken) is not var (present, etag))
            {
                continue;
            }

            if (IsAlive(present))
            {
                return present;
            }

            if (await store.ReplaceAsync(place, JsonContent.Bytes(mine), etag, cancellationToken) is not null)
            {
                return mine;
            }
        }
    }

    /// <summary>Writes down that the run of a key was recorded.</summary>
    public async Task BeginAsync(string key, StartClaim claim, CancellationToken cancellationToken)
    {
        ArgumentNullException.ThrowIfNull(claim);
        if (!claim.Begun && await store.ReadAsync<StartClaim>(RunKeys.StartKey(Hash(key)), cancellationToken) is var (present, etag) && present == claim)
        {
            // When another request was faster, it wrote the same.
            await store.ReplaceAsync(RunKeys.StartKey(Hash(key)), JsonContent.Bytes(claim with { Begun = true }), etag, cancellationToken);
        }
    }

    /// <summary>Whether the key has expired.</summary>
    internal static bool HasExpired(StartClaim claim, DateTimeOffset now) => now - claim.CreatedAt >= Lifetime;

    private bool IsAlive(StartClaim claim) => !HasExpired(claim, time.GetUtcNow());
}

/// <summary>What a client's key stands for.</summary>
/// <param name="Request">The hash of the request that first came with it.</param>
/// <param name="RunId">The run that the request starts.</param>
public sealed record StartClaim(string Request, string RunId, DateTimeOffset CreatedAt) : IStoredRecord
{
    /// <inheritdoc/>
    public int Format { get; init; } = IStoredRecord.CurrentFormat;

    /// <summary>The run was recorded: when it is not there any more, it was deleted. Before that a crash may have come first, and the request starts it.</summary>
    public bool Begun { get; init; }

    /// <inheritdoc/>
    [JsonIgnore]
    public string? Flaw => Request is null || RunId is null ? "a member of it is missing" : null;
}
