using System.Security.Cryptography;
using System.Text;
using System.Text.Json.Serialization;
using Orchestrator.Activities.Records;
using Orchestrator.Storage;
using Orchestrator.Workflows.Serialization;

namespace Orchestrator.Activities.Runs;

/// <summary>
/// Keeps for 24 hours which run a client's idempotency key belongs to, so that a repeated request, even a concurrent one, starts no second run.
/// Thread-safe.
/// </summary>
public sealed class StartKeys(IContentStore store, TimeProvider time)
{
    private static readonly TimeSpan Lifetime = TimeSpan.FromHours(24);

    /// <summary>SHA-256 over several texts, in lower-case hex. Their order and where each one ends count.</summary>
    public static string Hash(params ReadOnlySpan<string> parts)
    {
        using var hash = IncrementalHash.CreateHash(HashAlgorithmName.SHA256);
        foreach (var part in parts)
        {
            hash.AppendData(SHA256.HashData(Encoding.UTF8.GetBytes(part)));
        }

        return Convert.ToHexStringLower(hash.GetHashAndReset());
    }

    /// <summary>The run of the key; null when the key was not used in the last 24 hours.</summary>
    /// <exception cref="UnreadableRecordException">The key's record cannot be read.</exception>
    public async Task<StartClaim?> FindAsync(string key, CancellationToken cancellationToken) =>
        await ReadAsync(RunKeys.StartKey(Hash(key)), cancellationToken) is var (claim, _) && IsAlive(claim) ? claim : null;

    /// <summary>Assigns a run to the key. Of several callers the first one wins: all get its run.</summary>
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

            if (await ReadAsync(place, cancellationToken) is not var (present, etag))
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

    /// <summary>Marks the run of the key as recorded (<see cref="StartClaim.Begun"/>).</summary>
    public async Task BeginAsync(string key, StartClaim claim, CancellationToken cancellationToken)
    {
        ArgumentNullException.ThrowIfNull(claim);
        var place = RunKeys.StartKey(Hash(key));
        if (!claim.Begun && await ReadAsync(place, cancellationToken) is var (present, etag) && present == claim)
        {
            // When another request was faster, it wrote the same.
            await store.ReplaceAsync(place, JsonContent.Bytes(claim with { Begun = true }), etag, cancellationToken);
        }
    }

    /// <summary>Whether the key is older than 24 hours.</summary>
    internal static bool HasExpired(StartClaim claim, DateTimeOffset now) => now - claim.CreatedAt >= Lifetime;

    private async Task<(StartClaim Record, string ETag)?> ReadAsync(ContentKey place, CancellationToken cancellationToken)
    {
        try
        {
            return await store.ReadAsync<StartClaim>(place, cancellationToken);
        }
        catch (UnreadableRecordException problem) when (problem.IsLost)
        {
            throw problem.With(
                "Which run the Idempotency-Key started is not known: look for it in the list of runs. To start one, send another key; "
                + "'orchestrator runs prune' deletes the record.");
        }
    }

    private bool IsAlive(StartClaim claim) => !HasExpired(claim, time.GetUtcNow());
}

/// <summary>The run that a client's idempotency key belongs to.</summary>
/// <param name="Request">The hash of the first request with the key.</param>
/// <param name="RunId">The run that the request starts.</param>
public sealed record StartClaim(string Request, string RunId, DateTimeOffset CreatedAt) : IStoredRecord
{
    /// <inheritdoc/>
    public int Format { get; init; } = IStoredRecord.CurrentFormat;

    /// <summary>
    /// Whether the run was recorded: if it is missing then, it was deleted. While false, a crash may have come before the record, and a repeated
    /// request starts the run.
    /// </summary>
    public bool Begun { get; init; }

    /// <inheritdoc/>
    [JsonIgnore]
    public string? Flaw => Request is null || RunId is null ? "a member of it is missing" : null;
}
