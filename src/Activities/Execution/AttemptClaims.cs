using Orchestrator.Activities.Checkpoints;
using Orchestrator.Activities.Records;
using Orchestrator.Activities.Runs;
using Orchestrator.Storage;
using Orchestrator.Workflows.Runs;

namespace Orchestrator.Activities.Execution;

/// <summary>
/// Prevents two executions of one attempt from both paying for it: the holder of the claim works, the other one waits for the checkpoint. In a store
/// that processes share, a claim is a lease: its owner renews it, and a claim that is no longer renewed is taken over. In a
/// <see cref="MemoryContentStore"/>, as on LocalHost, it ends with the process. Thread-safe.
/// </summary>
/// <param name="isShared">Whether a claim can outlive its process: only then it is renewed and can be taken over.</param>
public sealed class AttemptClaims(IContentStore store, TimeProvider time, bool isShared)
{
    private readonly string _owner = $"{Environment.MachineName}/{Environment.ProcessId}/{Guid.NewGuid():N}";
    private long _written;

    /// <summary>A claim that is not renewed for this time belongs to a process that is gone.</summary>
    public static TimeSpan Lease { get; } = TimeSpan.FromSeconds(30);

    /// <summary>Added to the lease when the claim's age comes from the store, whose servers' clocks may differ.</summary>
    private static readonly TimeSpan ClockError = TimeSpan.FromSeconds(15);

    /// <summary>How often an execution that waits for a claim checks it.</summary>
    public static TimeSpan PollInterval { get; } = TimeSpan.FromSeconds(2);

    /// <summary>Takes the claim; null when another execution holds it.</summary>
    /// <param name="seen">What the caller saw of the claim in earlier calls; updated.</param>
    /// <exception cref="ContentStoreException">The store is not available.</exception>
    internal async Task<AttemptClaim?> TryTakeAsync(ExecuteStepInput call, ClaimSighting seen, CancellationToken cancellationToken)
    {
        var key = RunKeys.Claim(call.Run, call.StepId, call.RunAttempt, call.Attempt);
        var asked = time.GetTimestamp();
        if (await store.CreateAsync(key, Content(), cancellationToken) is { } created)
        {
            return Taken(key, created, asked, takenOver: false);
        }

        if (!isShared
            || await store.GetAsync(key, cancellationToken) is not { } held
            || !(seen.IsExpired(held.ETag, time) || IsExpired(held)))
        {
            return null;
        }

        asked = time.GetTimestamp();
        return await store.ReplaceAsync(key, Content(), held.ETag, cancellationToken) is { } etag
            ? Taken(key, etag, asked, takenOver: true)
            : null;
    }

    /// <summary>
    /// The claims on attempts of the run's steps with their ETags: a claim with the same ETag after a <see cref="Lease"/> belongs to a process that
    /// is gone. Empty when claims end with their process.
    /// </summary>
    public async Task<IReadOnlyDictionary<ContentKey, string>> HeldAsync(RunIdentity run, CancellationToken cancellationToken)
    {
        var held = new Dictionary<ContentKey, string>();
        if (isShared)
        {
            await foreach (var key in store.ListAsync(RunKeys.Claims(run.RunId), cancellationToken))
            {
                if (await store.GetAsync(key, cancellationToken) is { } claim)
                {
                    held[key] = claim.ETag;
                }
            }
        }

        return held;
    }

    /// <summary>
    /// When the claim on the attempt was last renewed, by the store's clock; null when there is none, or the store keeps no time.
    /// </summary>
    internal Task<DateTimeOffset?> LastRenewalAsync(ExecuteStepInput call, CancellationToken cancellationToken) =>
        LastRenewalAsync(RunKeys.Claim(call.Run, call.StepId, call.RunAttempt, call.Attempt), cancellationToken);

    /// <summary>When a claim on an attempt of the run's steps was last renewed, by the store's clock; null when that is not known.</summary>
    internal async Task<DateTimeOffset?> LastRenewalAsync(RunIdentity run, CancellationToken cancellationToken)
    {
        DateTimeOffset? last = null;
        foreach (var key in (await HeldAsync(run, cancellationToken)).Keys)
        {
            last = await LastRenewalAsync(key, cancellationToken) is { } renewed && !(renewed <= last) ? renewed : last;
        }

        return last;
    }

    private async Task<DateTimeOffset?> LastRenewalAsync(ContentKey key, CancellationToken cancellationToken) =>
        isShared && await store.GetAsync(key, cancellationToken) is { Age: { } age } ? time.GetUtcNow() - age : null;

    /// <summary>Waits until every claim of a live process has been renewed.</summary>
    public Task WaitForLeaseAsync(CancellationToken cancellationToken) => Task.Delay(Lease, time, cancellationToken);

    /// <summary>
    /// Whether the claim expired by the store's clock: an execution that sees it for the first time then need not wait for a lease.
    /// </summary>
    private static bool IsExpired(StoredContent claim) => claim.Age >= Lease + ClockError;

    private AttemptClaim Taken(ContentKey key, string etag, long asked, bool takenOver) =>
        new(store, time, key, etag, takenOver, isShared ? Content : null, asked);

    private byte[] Content() => JsonContent.Bytes(new Claim(_owner, Interlocked.Increment(ref _written)));

    /// <param name="Number">
    /// Makes the bytes of every write unique: the ETag of a file depends on its content, and a store that repeats a write recognizes its own bytes.
    /// </param>
    private sealed record Claim(string Owner, long Number);
}

/// <summary>What an execution that waits for a claim saw of it. For one waiting execution; not thread-safe.</summary>
internal sealed class ClaimSighting
{
    private string? _etag;
    private long _since;

    /// <summary>Whether the claim was not renewed for a lease, by the monotonic clock of this process.</summary>
    public bool IsExpired(string etag, TimeProvider time)
    {
        if (etag != _etag)
        {
            (_etag, _since) = (etag, time.GetTimestamp());
        }

        return time.GetElapsedTime(_since) >= AttemptClaims.Lease;
    }
}
