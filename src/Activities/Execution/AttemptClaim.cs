using Orchestrator.Storage;

namespace Orchestrator.Activities.Execution;

/// <summary>A claim on an attempt that this process holds and renews until it is disposed. Thread-safe.</summary>
internal sealed class AttemptClaim : IAsyncDisposable
{
    private static readonly TimeSpan RenewInterval = TimeSpan.FromSeconds(10);

    /// <summary>An owner that could not renew for this time stops, so that it has stopped before another execution takes the claim over.</summary>
    private static readonly TimeSpan RenewalTimeout = TimeSpan.FromSeconds(25);

    private readonly IContentStore _store;
    private readonly TimeProvider _time;
    private readonly ContentKey _key;
    private readonly CancellationTokenSource _lost = new();
    private readonly CancellationTokenSource _released = new();
    private readonly ITimer? _expiry;
    private readonly Task _renewing = Task.CompletedTask;
    private string _etag;

    /// <summary>Takes charge of a claim that was just written.</summary>
    /// <param name="renewed">Makes the content of the next renewal; null: the claim needs no renewal.</param>
    /// <param name="asked">When its write was requested, as a timestamp of <paramref name="time"/>.</param>
    public AttemptClaim(IContentStore store, TimeProvider time, ContentKey key, string etag, bool takenOver, Func<byte[]>? renewed, long asked)
    {
        (_store, _time, _key, _etag, TakenOver) = (store, time, key, etag, takenOver);
        if (renewed is not null)
        {
            _expiry = time.CreateTimer(_ => _lost.Cancel(), null, Left(asked), Timeout.InfiniteTimeSpan);
            _renewing = RenewAsync(renewed);
        }
    }

    /// <summary>Whether it was taken over from a process that is gone: that one may have sent a paid request.</summary>
    public bool TakenOver { get; }

    /// <summary>Fires when another execution has the claim or may take it soon: the running request must be aborted.</summary>
    public CancellationToken Lost => _lost.Token;

    /// <summary>Stops the renewal and deletes the claim. A lost claim belongs to its new owner and stays.</summary>
    /// <exception cref="ContentStoreException">It could not be deleted; it expires after <see cref="AttemptClaims.Lease"/>.</exception>
    public async ValueTask DisposeAsync()
    {
        await _released.CancelAsync();
        await _renewing;
        await (_expiry?.DisposeAsync() ?? ValueTask.CompletedTask);
        if (!_lost.IsCancellationRequested)
        {
            await _store.DeleteAsync(_key, _etag);
        }
    }

    private async Task RenewAsync(Func<byte[]> content)
    {
        byte[]? uncertain = null;
        while (true)
        {
            await Task.Delay(RenewInterval, _time, _released.Token).ConfigureAwait(ConfigureAwaitOptions.SuppressThrowing);
            if (_released.IsCancellationRequested || _lost.IsCancellationRequested)
            {
                return;
            }

            var asked = _time.GetTimestamp();
            var next = uncertain ?? content();
            try
            {
                var etag = await _store.ReplaceAsync(_key, next, _etag) ?? (uncertain is null ? null : await OwnAsync(next));
                if (etag is null)
                {
                    await _lost.CancelAsync();
                    return;
                }

                (_etag, uncertain) = (etag, null);
                _expiry!.Change(Left(asked), Timeout.InfiniteTimeSpan);
            }
            catch (ContentStoreException)
            {
                // Try again at the next renewal, until the lease expires. Whether this write happened is not known.
                uncertain = next;
            }
        }
    }

    /// <summary>The ETag of a renewal that was reported as failed but happened; null when another execution has the claim.</summary>
    private async Task<string?> OwnAsync(byte[] content) =>
        await _store.GetAsync(_key) is { } present && present.Bytes.Span.SequenceEqual(content) ? present.ETag : null;

    private TimeSpan Left(long asked)
    {
        var left = RenewalTimeout - _time.GetElapsedTime(asked);
        return left > TimeSpan.Zero ? left : TimeSpan.Zero;
    }
}
