using Azure;
using Azure.Storage.Blobs;
using Azure.Storage.Blobs.Models;
using Azure.Storage.Blobs.Specialized;

namespace Orchestrator.LocalHost.Journal.Blobs;

/// <summary>
/// The ownership of a journal: a lease on the blob <c>{folder}/owner</c>, which is renewed periodically; the blob's content names the owner. The
/// lease of a killed process expires; if that process ran on this host, its lease is broken at once. Thread-safe.
/// </summary>
/// <remarks>
/// While the last renewal is so old that the lease may have expired, nothing is sent. The account renews an expired lease only if no other process
/// has acquired it.
/// </remarks>
internal sealed class BlobOwnership : IAsyncDisposable
{
    /// <summary>The duration of the lease, the maximum of the service.</summary>
    public static readonly TimeSpan Term = TimeSpan.FromSeconds(60);

    private static readonly TimeSpan RetryInterval = TimeSpan.FromSeconds(2);

    private readonly Lock _gate = new();
    private readonly TaskCompletionSource<JournalException> _lost = new(TaskCreationOptions.RunContinuationsAsynchronously);
    private readonly CancellationTokenSource _closing = new();
    private readonly JournalContainer _container;
    private readonly BlobClient _note;
    private readonly BlobLeaseClient _lease;
    private TaskCompletionSource _changed = new(TaskCreationOptions.RunContinuationsAsynchronously);
    private (DateTimeOffset At, long Timestamp) _renewed;
    private Task _renewing = Task.CompletedTask;
    private volatile JournalException? _reason;

    private BlobOwnership(JournalContainer container)
    {
        _container = container;
        _note = container.Client.GetBlobClient(NameOf(container));
        _lease = _note.GetBlobLeaseClient(Guid.NewGuid().ToString());
    }

    /// <summary>Completes when this process has lost the journal.</summary>
    public Task<JournalException> Lost => _lost.Task;

    /// <summary>Why the journal is lost; null while it is not.</summary>
    public JournalException? Reason => _reason;

    /// <exception cref="JournalException">Another process owns the journal, or the account is not accessible.</exception>
    public static async Task<BlobOwnership> AcquireAsync(JournalContainer container, CancellationToken cancellationToken)
    {
        var ownership = new BlobOwnership(container);
        await ownership.CreateAsync(cancellationToken).ConfigureAwait(false);
        await ownership.AcquireLeaseAsync(mayBreak: true, cancellationToken).ConfigureAwait(false);
        ownership._renewing = ownership.RenewAsync();
        return ownership;
    }

    private (DateTimeOffset At, long Timestamp) Now => (_container.Time.GetUtcNow(), _container.Time.GetTimestamp());

    /// <summary>
    /// The time since the last renewal, by the clock that shows more: the wall clock may have been set back, and the monotonic clock may stop while
    /// the machine sleeps.
    /// </summary>
    private TimeSpan Age
    {
        get
        {
            var (wall, elapsed) = (_container.Time.GetUtcNow() - _renewed.At, _container.Time.GetElapsedTime(_renewed.Timestamp));
            return wall > elapsed ? wall : elapsed;
        }
    }

    /// <summary>Waits until the lease is certain to last for one attempt.</summary>
    /// <exception cref="JournalException">The journal is lost.</exception>
    public async Task ConfirmAsync(CancellationToken cancellationToken)
    {
        while (true)
        {
            Task changed;
            lock (_gate)
            {
                if (Reason is { } reason)
                {
                    throw reason;
                }

                if (Age < Term - JournalContainer.AttemptTimeout)
                {
                    return;
                }

                changed = _changed.Task;
            }

            await changed.WaitAsync(cancellationToken).ConfigureAwait(false);
        }
    }

    /// <summary>Releases the lease, so that the next process need not wait until it expires.</summary>
    public async ValueTask DisposeAsync()
    {
        await _closing.CancelAsync().ConfigureAwait(false);
        await _renewing.ConfigureAwait(false);
        _closing.Dispose();
        try
        {
            await _container.AttemptAsync(token => _lease.ReleaseAsync(cancellationToken: token), CancellationToken.None).ConfigureAwait(false);
        }
        catch (Exception exception) when (exception is RequestFailedException || JournalContainer.IsTransient(exception, CancellationToken.None))
        {
            // Another process has the lease already, or it expires within its term.
        }
    }

    private static string NameOf(JournalContainer container) => container.Options.Folder + "/owner";

    private async Task CreateAsync(CancellationToken cancellationToken)
    {
        var absent = new BlobUploadOptions { Conditions = new BlobRequestConditions { IfNoneMatch = ETag.All } };
        try
        {
            await SendAsync(token => _note.UploadAsync(BinaryData.Empty, absent, token), cancellationToken).ConfigureAwait(false);
        }
        catch (RequestFailedException exception) when (exception.Status == 404)
        {
            await SendAsync(token => _container.Client.CreateIfNotExistsAsync(cancellationToken: token), cancellationToken).ConfigureAwait(false);
            await CreateAsync(cancellationToken).ConfigureAwait(false);
        }
        catch (RequestFailedException exception) when (exception.Status is 409 or 412)
        {
            // The blob exists. The lease decides who owns the journal.
        }
    }

    private async Task AcquireLeaseAsync(bool mayBreak, CancellationToken cancellationToken)
    {
        try
        {
            _renewed = Now;
            await SendAsync(token => _lease.AcquireAsync(Term, cancellationToken: token), cancellationToken).ConfigureAwait(false);
            var owner = new BlobUploadOptions { Conditions = new BlobRequestConditions { LeaseId = _lease.LeaseId } };
            await SendAsync(
                token => _note.UploadAsync(new BinaryData(JournalOwner.ThisProcess(_container.Time).Write()), owner, token), cancellationToken)
                .ConfigureAwait(false);
        }
        catch (RequestFailedException exception) when (exception.Status is 409 or 412)
        {
            var owner = await ReadNoteAsync(cancellationToken).ConfigureAwait(false);
            if (!mayBreak || owner is null || !owner.HasEnded())
            {
                throw InUse(owner, exception);
            }

            await BreakLeaseAsync(cancellationToken).ConfigureAwait(false);
            await AcquireLeaseAsync(mayBreak: false, cancellationToken).ConfigureAwait(false);
        }
    }

    private async Task BreakLeaseAsync(CancellationToken cancellationToken)
    {
        try
        {
            await SendAsync(token => _lease.BreakAsync(TimeSpan.Zero, cancellationToken: token), cancellationToken).ConfigureAwait(false);
        }
        catch (RequestFailedException exception) when (exception.Status == 409)
        {
            // The lease has expired meanwhile.
        }
    }

    private async Task<JournalOwner?> ReadNoteAsync(CancellationToken cancellationToken)
    {
        var note = await SendAsync(token => _note.DownloadContentAsync(token), cancellationToken).ConfigureAwait(false);
        return JournalOwner.Read(note.Value.Content);
    }

    private async Task RenewAsync()
    {
        var wait = Term / 3;
        while (true)
        {
            try
            {
                await Task.Delay(wait, _container.Time, _closing.Token).ConfigureAwait(false);
                var sentAt = Now;
                await _container.AttemptAsync(token => _lease.RenewAsync(cancellationToken: token), _closing.Token).ConfigureAwait(false);
                SetRenewed(sentAt);
                wait = Term / 3;
            }
            catch (OperationCanceledException) when (_closing.IsCancellationRequested)
            {
                return;
            }
            catch (Exception exception) when (JournalContainer.IsTransient(exception, _closing.Token)
                && _container.Time.GetElapsedTime(_renewed.Timestamp) < Term + _container.Options.Patience)
            {
                wait = RetryInterval;
            }
            catch (Exception exception)
            {
                MarkLost(exception);
                return;
            }
        }
    }

    private void SetRenewed((DateTimeOffset At, long Timestamp) sentAt)
    {
        TaskCompletionSource changed;
        lock (_gate)
        {
            _renewed = sentAt;
            changed = _changed;
            _changed = new TaskCompletionSource(TaskCreationOptions.RunContinuationsAsynchronously);
        }

        changed.SetResult();
    }

    private void MarkLost(Exception exception)
    {
        JournalException reason;
        lock (_gate)
        {
            var why = exception is RequestFailedException answer and not { Status: 0 }
                ? $"the account answered {answer.Status} {answer.ErrorCode} to the renewal of the lease, so another process may have it"
                : $"the lease could not be renewed since {_renewed.At:u}";
            _reason = reason = new JournalException(
                $"The journal '{_container.Locate(_container.Options.Folder)}' is lost: {why}. Nothing more is written. "
                + "Restart to continue from the confirmed records, and make sure that one process owns the journal.",
                exception);
        }

        _lost.SetResult(reason);
        _changed.SetResult();
    }

    private JournalException InUse(JournalOwner? owner, RequestFailedException exception) => new(
        $"The journal '{_container.Locate(_container.Options.Folder)}' is in use by {owner?.ToString() ?? "another process"}. "
        + "One process owns a journal: stop that process, or choose another container. "
        + $"If it is gone already, the journal is free at {_container.Time.GetUtcNow() + Term:u} at the latest.",
        exception);

    private Task<T> SendAsync<T>(Func<CancellationToken, Task<T>> request, CancellationToken cancellationToken) =>
        _container.SendAsync($"Taking possession of '{_container.Locate(_note.Name)}'", request, cancellationToken);
}
