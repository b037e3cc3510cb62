using Orchestrator.Activities.Checkpoints;
using Orchestrator.Activities.Records;
using Orchestrator.Activities.RunLogs;
using Orchestrator.Activities.Runs;
using Orchestrator.Storage;
using Orchestrator.Workflows.Planning;
using Orchestrator.Workflows.Runs;

namespace Orchestrator.Activities.Execution;

/// <summary>
/// Prevents two executions of one attempt from both paying for it: the holder of the claim works, the other one waits for the checkpoint. In a
/// <see cref="MemoryContentStore"/>, as on LocalHost, a claim ends with the process. In a store that processes share, the claim is the start of the work
/// in the run's log, which is written anyway; it is a lease, so an owner that works for longer renews it, in a value of its own, and a claim that is no
/// longer renewed is taken over (docs/decisions/0034). Thread-safe.
/// </summary>
/// <param name="store">Where claims are renewed and taken over; where they are not shared, where they are.</param>
/// <param name="isShared">Whether a claim can outlive its process: only then it is in the log, is renewed, and can be taken over.</param>
public sealed class AttemptClaims(IContentStore store, RunLogStore logs, TimeProvider time, bool isShared)
{
    private readonly string _owner = $"{Environment.MachineName}/{Environment.ProcessId}/{Guid.NewGuid():N}";
    private long _written;

    /// <summary>A claim that is not renewed for this time belongs to a process that is gone.</summary>
    public static TimeSpan Lease { get; } = TimeSpan.FromSeconds(30);

    /// <summary>Added to the lease when the claim's age comes from the store, whose servers' clocks may differ.</summary>
    private static readonly TimeSpan ClockError = TimeSpan.FromSeconds(15);

    /// <summary>How often an execution that waits for a claim checks it.</summary>
    public static TimeSpan PollInterval { get; } = TimeSpan.FromSeconds(2);

    /// <summary>Takes the claim; null when another execution holds it, or, in a shared store, when the attempt has its checkpoint.</summary>
    /// <param name="seen">What the caller saw of the claim in earlier calls; updated.</param>
    /// <returns>Where claims are shared, and nothing says that another execution holds it: a claim that <see cref="AttemptClaim.BeginAsync"/> takes.</returns>
    /// <exception cref="ContentStoreException">The store is not available.</exception>
    /// <exception cref="UnreadableRecordException">The log cannot be read.</exception>
    internal async Task<AttemptClaim?> TryTakeAsync(PreparedRun run, ExecuteStepInput call, ClaimSighting seen, CancellationToken cancellationToken)
    {
        var key = RunKeys.Claim(call.Run, call.StepId, call.RunAttempt, call.Attempt);
        var asked = time.GetTimestamp();
        if (!isShared)
        {
            return await store.CreateAsync(key, Content(), cancellationToken) is { } created
                ? new AttemptClaim(store, logs, time, key, created, after: null, renewed: null, asked)
                : null;
        }

        var log = await logs.IndexAsync(call.Run, isCurrent: false, cancellationToken);
        if (!seen.IsFirst() || !IsKnown(log, run, call))
        {
            log = await logs.IndexAsync(call.Run, isCurrent: true, cancellationToken);
        }

        var attempt = new AttemptKey(call.RunAttempt, call.StepId, call.Attempt);
        if (log.Find(attempt) is not null)
        {
            return null;
        }

        if (log.HolderOf(attempt) is not { } holder)
        {
            return new AttemptClaim(store, logs, time, key, etag: null, after: null, Content, asked);
        }

        var renewed = await store.GetAsync(key, cancellationToken);
        if (!seen.IsExpired($"{holder} {renewed?.ETag}", time) && !await IsExpiredAsync(call.Run, renewed, cancellationToken))
        {
            return null;
        }

        asked = time.GetTimestamp();
        var etag = renewed is null
            ? await store.CreateAsync(key, Content(), cancellationToken)
            : await store.ReplaceAsync(key, Content(), renewed.ETag, cancellationToken);
        return etag is null ? null : new AttemptClaim(store, logs, time, key, etag, after: holder, Content, asked);
    }

    /// <summary>
    /// The claims on attempts of the run's steps, each with what changes when it is renewed or taken: one that is the same after a <see cref="Lease"/>
    /// belongs to a process that is gone. Empty when claims end with their process.
    /// </summary>
    /// <exception cref="ContentStoreException">The store is not available.</exception>
    /// <exception cref="UnreadableRecordException">The log cannot be read.</exception>
    public async Task<IReadOnlyDictionary<ContentKey, string>> HeldAsync(RunIdentity run, CancellationToken cancellationToken)
    {
        var held = new Dictionary<ContentKey, string>();
        if (isShared)
        {
            var log = await logs.IndexAsync(run, isCurrent: true, cancellationToken);
            foreach (var (attempt, holder) in log.Held())
            {
                held.Add(RunKeys.Claim(run, attempt.StepPath, attempt.RunAttempt, attempt.Attempt), holder);
            }

            await foreach (var key in store.ListAsync(RunKeys.Claims(run.RunId), cancellationToken))
            {
                if (await store.GetAsync(key, cancellationToken) is { } claim)
                {
                    held[key] = $"{held.GetValueOrDefault(key)} {claim.ETag}";
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
    /// Whether the log is known as far as the call needs it: up to the checkpoints of the steps before, and of the attempt before. A call that is made
    /// again may find what an earlier one of it left.
    /// </summary>
    private static bool IsKnown(RunLogIndex log, PreparedRun run, ExecuteStepInput call) =>
        call is { Call: 1, EndedBy: null }
        && (call.Attempt == 1 || log.Find(new AttemptKey(call.RunAttempt, call.StepId, call.Attempt - 1)) is not null)
        && (call.Available ?? run.Plan.Steps[call.Step].DependsOn).All(step =>
            !run.MayExecute(run.Steps[step]) || log.Find(new AttemptKey(call.RunAttempt, run.Steps[step].Id, 1)) is not null);

    /// <summary>
    /// Whether the claim expired by the store's clock: an execution that sees it for the first time then need not wait for a lease.
    /// </summary>
    /// <param name="renewed">Its last renewal; null: it was not renewed since its start was appended to the log.</param>
    private async Task<bool> IsExpiredAsync(RunIdentity run, StoredContent? renewed, CancellationToken cancellationToken) =>
        (renewed is null ? await logs.AgeAsync(run, cancellationToken) : renewed.Age) >= Lease + ClockError;

    private byte[] Content() => JsonContent.Bytes(new Claim(_owner, Interlocked.Increment(ref _written)));

    /// <param name="Number">
    /// Makes the bytes of every write unique: the ETag of a file depends on its content, and a store that repeats a write recognizes its own bytes.
    /// </param>
    private sealed record Claim(string Owner, long Number);
}

/// <summary>What an execution that waits for a claim saw of it. For one waiting execution; not thread-safe.</summary>
internal sealed class ClaimSighting
{
    private string? _renewal;
    private long _since;
    private bool _isLater;

    /// <summary>Whether this is the first look.</summary>
    public bool IsFirst() => !_isLater && (_isLater = true);

    /// <summary>Whether the claim was not renewed for a lease, by the monotonic clock of this process.</summary>
    /// <param name="renewal">What changes when the claim is renewed or taken.</param>
    public bool IsExpired(string renewal, TimeProvider time)
    {
        if (renewal != _renewal)
        {
            (_renewal, _since) = (renewal, time.GetTimestamp());
        }

        return time.GetElapsedTime(_since) >= AttemptClaims.Lease;
    }
}
