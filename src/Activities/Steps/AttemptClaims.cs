using Orchestrator.Activities.Runs;
using Orchestrator.Activities.Stores;

namespace Orchestrator.Activities.Steps;

/// <summary>
/// Keeps two executions of one attempt from both spending money: whoever holds the claim works, the other waits for the record.
/// Over a store that processes share, a claim outlives its process until it expires; over a <see cref="MemoryContentStore"/>,
/// as on LocalHost, it is gone with the process. Thread-safe.
/// </summary>
public sealed class AttemptClaims(IContentStore store, TimeProvider time)
{
    private readonly string _owner = $"{Environment.MachineName}/{Environment.ProcessId}/{Guid.NewGuid():N}";
    private long _taken;

    /// <summary>Takes the claim; false when somebody holds it.</summary>
    /// <param name="lifetime">After this the claim counts as abandoned.</param>
    public async Task<bool> TryTakeAsync(ExecuteStepInput call, TimeSpan lifetime, CancellationToken cancellationToken)
    {
        var key = RunKeys.Claim(call.RunId, call.StepId, call.RunAttempt, call.Attempt);
        var claim = JsonContent.Bytes(new Claim(_owner, Interlocked.Increment(ref _taken), time.GetUtcNow() + lifetime));
        if (await store.CreateAsync(key, claim, cancellationToken) is not null)
        {
            return true;
        }

        return await store.ReadAsync<Claim>(key, cancellationToken) is var (held, etag)
            && held.ExpiresAt <= time.GetUtcNow()
            && await store.ReplaceAsync(key, claim, etag, cancellationToken) is not null;
    }

    /// <summary>Gives the claim up, for an attempt that has its record or that must be executed again.</summary>
    public async Task ReleaseAsync(ExecuteStepInput call, CancellationToken cancellationToken) =>
        await store.DeleteAsync(RunKeys.Claim(call.RunId, call.StepId, call.RunAttempt, call.Attempt), cancellationToken);

    /// <param name="Number">Tells two claims of one owner apart: a store that repeats a write knows its own by the bytes.</param>
    private sealed record Claim(string Owner, long Number, DateTimeOffset ExpiresAt);
}
