using Orchestrator.Storage;

namespace Orchestrator.Activities.Execution;

/// <summary>A claim that this process holds, and renews until it is disposed of. Thread-safe.</summary>
internal sealed class AttemptClaim : IAsyncDisposable
{
    private static readonly TimeSpan RenewInterval = TimeSpan.FromSeconds(10);

    /// <summary>An owner that could not renew for this long gives up, so that it has ended before another execution begins.</summary>
    private static readonly TimeSpan RenewalTimeout = TimeSpan.FromSeconds(25);

    private readonly IContentStore _store;
    private readonly TimeProvider _time;
    private readonly ContentKey _key;
    private readonly CancellationTokenSource _lost = new();
    private readonly CancellationTokenSource _released = new();
    private readonly ITimer? _expiry;
    private readonly Task _renewing = Task.CompletedTask;
    private string _etag;

    /// <param name="renewed">Makes the content of the next renewal; null: it need not be renewed.</param>
    /// <param name="asked">When it was asked for, as a timestamp.</param>
    public AttemptClaim(IContentStore store, TimeProvider time, ContentKey key, string etag, bool takenOver, Func<byte[]>? renewed, long asked)
    {
        (_store, _time, _key, _etag, TakenOver) = (store, time, key, etag, takenOver);
        if (renewed is not null)
        {
            _expiry = time.CreateTimer(_ => _lost.Cancel(), null, Left(asked), Timeout.InfiniteTimeSpan);
            _renewing = RenewAsync(renewed);
        }
    }

    /// <summary>Another process held it and is gone: money may have been spent.</summary>
    public bool TakenOver { get; }

    /// <summary>Fires when another execution has the claim, or may take it soon: a request that is under way is aborted.</summary>
    public CancellationToken Lost => _lost.Token;

    /// <summary>Releases the claim when the attempt has its record or must be executed again. A lost claim belongs to its new owner and stays.</summary>
    /// <exception cref="ContentStoreException">It could not be deleted; it is taken over in 30 seconds.</exception>
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
                // The store is asked again at the next renewal, for as long as the lease lasts.
                uncertain = next;
            }
        }
    }

    /// <summary>The ETag of a renewal that was reported as failed and has happened; null when another execution wrote.</summary>
    private async Task<string?> OwnAsync(byte[] content) =>
        await _store.GetAsync(_key) is { } present && present.Bytes.Span.SequenceEqual(content) ? present.ETag : null;

    private TimeSpan Left(long asked)
    {
        var left = RenewalTimeout - _time.GetElapsedTime(asked);
        return left > TimeSpan.Zero ? left : TimeSpan.Zero;
    }
}
