using Orchestrator.Activities.Checkpoints;
using Orchestrator.Activities.RunLogs;
using Orchestrator.Storage;
using Orchestrator.Workflows.Planning;

namespace Orchestrator.Activities.Execution;

/// <summary>
/// A claim on an attempt. Where claims are shared, the start of the work takes it (<see cref="BeginAsync"/>), and it is renewed until it is disposed.
/// Thread-safe.
/// </summary>
internal sealed class AttemptClaim : IAsyncDisposable
{
    private static readonly TimeSpan RenewInterval = TimeSpan.FromSeconds(10);

    /// <summary>An owner that could not renew for this time stops, so that it has stopped before another execution takes the claim over.</summary>
    private static readonly TimeSpan RenewalTimeout = TimeSpan.FromSeconds(25);

    private readonly IContentStore _store;
    private readonly RunLogStore _logs;
    private readonly TimeProvider _time;
    private readonly ContentKey _key;
    private readonly Func<byte[]>? _renewed;
    private readonly CancellationTokenSource _lost = new();
    private readonly CancellationTokenSource _released = new();
    private (PreparedRun Run, ExecuteStepInput Call)? _begun;
    private bool _isBeginKnown = true;
    private byte[]? _uncertain;
    private ITimer? _expiry;
    private Task _renewing = Task.CompletedTask;
    private string? _etag;

    /// <summary>Takes charge of a claim.</summary>
    /// <param name="etag">Of the value that was just written to take the claim, or to take it over; null: the start of the work takes it.</param>
    /// <param name="after">The execution from which it is taken over, since its process is gone; null for none.</param>
    /// <param name="renewed">Makes the content of the next renewal; null: claims are not shared.</param>
    /// <param name="asked">When its write was requested, as a timestamp of <paramref name="time"/>.</param>
    public AttemptClaim(
        IContentStore store, RunLogStore logs, TimeProvider time, ContentKey key, string? etag, string? after, Func<byte[]>? renewed, long asked)
    {
        (_store, _logs, _time, _key, _etag, After, _renewed) = (store, logs, time, key, etag, after, renewed);
        Writer = logs.NewWriter();
        if (etag is not null)
        {
            Renew(asked);
        }
    }

    /// <summary>The name of this execution in the log.</summary>
    public string Writer { get; }

    /// <summary>The execution from which it was taken over, since its process is gone: that one may have sent a paid request. Null for none.</summary>
    public string? After { get; }

    /// <summary>Fires when another execution has the claim or may take it soon: the running request must be aborted.</summary>
    public CancellationToken Lost => _lost.Token;

    /// <summary>
    /// Appends the start of the work. Where claims are shared, that takes the claim, so it completes when the start is in the log; otherwise the start is
    /// appended in the background.
    /// </summary>
    /// <param name="before">Events that are appended before the start.</param>
    /// <returns>
    /// How many executions of the attempt began before, where claims are shared; null when another one has the attempt, or it has its checkpoint.
    /// </returns>
    /// <exception cref="ContentStoreException">The store is not available.</exception>
    /// <exception cref="Records.UnreadableRecordException">The log cannot be read, or a line that may be of this attempt of the run cannot.</exception>
    public async Task<int?> BeginAsync(
        PreparedRun run, ExecuteStepInput call, StepEventWriter events, IReadOnlyList<RunEvent> before, DateTimeOffset startedAt)
    {
        var started = StepEvents.Started(call, startedAt);
        if (_renewed is null)
        {
            events.Append([.. before, started]);
            return 0;
        }

        var asked = _time.GetTimestamp();

        // When this throws, the start may be in the log all the same: then it is to be released.
        (_begun, _isBeginKnown) = ((run, call), false);
        var earlier = await events.BeginAsync(run, before, started, Writer, After);
        _isBeginKnown = true;
        if (earlier is null)
        {
            _begun = null;
            return null;
        }

        if (_etag is null)
        {
            Renew(asked);
        }

        return earlier;
    }

    /// <summary>Stops the renewal and gives the claim up. A lost claim belongs to its new owner and stays.</summary>
    /// <exception cref="ContentStoreException">It could not be given up; it expires after <see cref="AttemptClaims.Lease"/>.</exception>
    public async ValueTask DisposeAsync()
    {
        await _released.CancelAsync();
        await _renewing;
        await (_expiry?.DisposeAsync() ?? ValueTask.CompletedTask);
        if (_lost.IsCancellationRequested)
        {
            return;
        }

        // The value first: the next owner of the claim must find none.
        _etag = _uncertain is null ? _etag : await OwnAsync(_uncertain) ?? _etag;
        await (_etag is null ? Task.CompletedTask : _store.DeleteAsync(_key, _etag));
        if (_begun is var (run, call) && (await HolderAsync(call)) == Writer)
        {
            // It ends without a checkpoint.
            var release = LogLine.OfRelease(run.Identity, StepEvents.Started(call, _time.GetUtcNow()), Writer);
            await _logs.AppendAsync(run.Identity, [release], flush: true, CancellationToken.None);
        }
    }

    private async Task<string?> HolderAsync(ExecuteStepInput call) =>
        (await _logs.IndexAsync(call.Run, isCurrent: !_isBeginKnown, CancellationToken.None))
            .HolderOf(new AttemptKey(call.RunAttempt, call.StepId, call.Attempt));

    private void Renew(long asked)
    {
        if (_renewed is not null)
        {
            _expiry = _time.CreateTimer(_ => _lost.Cancel(), null, Left(asked), Timeout.InfiniteTimeSpan);
            _renewing = RenewAsync(_renewed);
        }
    }

    private async Task RenewAsync(Func<byte[]> content)
    {
        while (true)
        {
            await Task.Delay(RenewInterval, _time, _released.Token).ConfigureAwait(ConfigureAwaitOptions.SuppressThrowing);
            if (_released.IsCancellationRequested || _lost.IsCancellationRequested)
            {
                return;
            }

            var asked = _time.GetTimestamp();
            var next = _uncertain ?? content();
            try
            {
                var written = _etag is null ? await _store.CreateAsync(_key, next) : await _store.ReplaceAsync(_key, next, _etag);
                var etag = written ?? (_uncertain is null ? null : await OwnAsync(next));
                if (etag is null)
                {
                    await _lost.CancelAsync();
                    return;
                }

                (_etag, _uncertain) = (etag, null);
                _expiry!.Change(Left(asked), Timeout.InfiniteTimeSpan);
            }
            catch (ContentStoreException)
            {
                // Try again at the next renewal, until the lease expires. Whether this write happened is not known.
                _uncertain = next;
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
