using System.Diagnostics;
using Azure;
using Azure.Storage.Blobs;
using Azure.Storage.Blobs.Models;
using Azure.Storage.Blobs.Specialized;

namespace Orchestrator.LocalHost.Journal.Blobs;

/// <summary>
/// Says that this process owns a journal: a lease on the blob <c>{folder}/owner</c>, renewed in time, and in the blob a note who the owner is. The lease
/// of a process that was killed ends by itself; that of one that is gone from this host is broken at once. Thread safe.
/// </summary>
/// <remarks>
/// While the last renewal is too old for the lease to be certain, nothing is sent; the account lets a lease be renewed late only if no other process took it.
/// </remarks>
internal sealed class BlobOwnership : IAsyncDisposable
{
    /// <summary>The longest finite lease that the service gives.</summary>
    public static readonly TimeSpan Term = TimeSpan.FromSeconds(60);

    private static readonly TimeSpan RetryInterval = TimeSpan.FromSeconds(2);

    private readonly Lock _gate = new();
    private readonly TaskCompletionSource<JournalException> _lost = new(TaskCreationOptions.RunContinuationsAsynchronously);
    private readonly CancellationTokenSource _closing = new();
    private readonly BlobAccount _account;
    private readonly BlobClient _note;
    private readonly BlobLeaseClient _lease;
    private TaskCompletionSource _changed = new(TaskCreationOptions.RunContinuationsAsynchronously);
    private (DateTimeOffset At, long Timestamp) _renewed;
    private Task _renewing = Task.CompletedTask;

    private BlobOwnership(BlobAccount account)
    {
        _account = account;
        _note = account.Container.GetBlobClient(NameOf(account));
        _lease = _note.GetBlobLeaseClient(Guid.NewGuid().ToString());
    }

    /// <summary>Completes when the journal belongs to this process no longer.</summary>
    public Task<JournalException> Lost => _lost.Task;

    /// <summary>Why the journal is lost; null while it is not.</summary>
    public JournalException? Reason => Lost.IsCompletedSuccessfully ? Lost.Result : null;

    /// <exception cref="JournalException">Another process owns the journal, or the account cannot be used.</exception>
    public static async Task<BlobOwnership> AcquireAsync(BlobAccount account, CancellationToken cancellation)
    {
        var ownership = new BlobOwnership(account);
        await ownership.CreateAsync(cancellation).ConfigureAwait(false);
        await ownership.TakeAsync(mayBreak: true, cancellation).ConfigureAwait(false);
        ownership._renewing = ownership.RenewAsync();
        return ownership;
    }

    private (DateTimeOffset At, long Timestamp) Now => (_account.Time.GetUtcNow(), _account.Time.GetTimestamp());

    /// <summary>
    /// How long ago the lease was renewed, by whichever clock says more: the wall clock may have been set back, and the monotonic one stands still
    /// while a machine sleeps.
    /// </summary>
    private TimeSpan Age
    {
        get
        {
            var (wall, elapsed) = (_account.Time.GetUtcNow() - _renewed.At, _account.Time.GetElapsedTime(_renewed.Timestamp));
            return wall > elapsed ? wall : elapsed;
        }
    }

    /// <summary>Waits until it is certain that the lease is ours for as long as one attempt takes.</summary>
    /// <exception cref="JournalException">The journal is lost.</exception>
    public async Task ConfirmAsync(CancellationToken cancellation)
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

                if (Age < Term - BlobAccount.AttemptTimeout)
                {
                    return;
                }

                changed = _changed.Task;
            }

            await changed.WaitAsync(cancellation).ConfigureAwait(false);
        }
    }

    /// <summary>Lets go of the journal, so that the next process need not wait for the lease's end.</summary>
    public async ValueTask DisposeAsync()
    {
        await _closing.CancelAsync().ConfigureAwait(false);
        await _renewing.ConfigureAwait(false);
        _closing.Dispose();
        try
        {
            await _account.AttemptAsync(token => _lease.ReleaseAsync(cancellationToken: token), CancellationToken.None).ConfigureAwait(false);
        }
        catch (Exception problem) when (problem is RequestFailedException || BlobAccount.IsTransient(problem, CancellationToken.None))
        {
            // It is another's already, or it ends by itself within its term.
        }
    }

    private static string NameOf(BlobAccount account) => account.Options.Folder + "/owner";

    private static bool IsGone(JournalOwner owner)
    {
        if (owner.Host != Environment.MachineName)
        {
            return false;
        }

        try
        {
            using var process = Process.GetProcessById(owner.Pid);

            // A process with a reused number is taken for the owner: start times are not compared, since the clock may have been set.
            return process.HasExited;
        }
        catch (ArgumentException)
        {
            return true;
        }
    }

    private async Task CreateAsync(CancellationToken cancellation)
    {
        var absent = new BlobUploadOptions { Conditions = new BlobRequestConditions { IfNoneMatch = ETag.All } };
        try
        {
            await SendAsync(token => _note.UploadAsync(BinaryData.Empty, absent, token), cancellation).ConfigureAwait(false);
        }
        catch (RequestFailedException missing) when (missing.Status == 404)
        {
            await SendAsync(token => _account.Container.CreateIfNotExistsAsync(cancellationToken: token), cancellation).ConfigureAwait(false);
            await CreateAsync(cancellation).ConfigureAwait(false);
        }
        catch (RequestFailedException exists) when (exists.Status is 409 or 412)
        {
            // Another process made it, long ago or just now: the lease decides.
        }
    }

    private async Task TakeAsync(bool mayBreak, CancellationToken cancellation)
    {
        try
        {
            _renewed = Now;
            await SendAsync(token => _lease.AcquireAsync(Term, cancellationToken: token), cancellation).ConfigureAwait(false);
            var owner = new BlobUploadOptions { Conditions = new BlobRequestConditions { LeaseId = _lease.LeaseId } };
            await SendAsync(token => _note.UploadAsync(new BinaryData(JournalOwner.ThisProcess(_account.Time).Write()), owner, token), cancellation)
                .ConfigureAwait(false);
        }
        catch (RequestFailedException held) when (held.Status is 409 or 412)
        {
            var owner = await ReadNoteAsync(cancellation).ConfigureAwait(false);
            if (!mayBreak || owner is null || !IsGone(owner))
            {
                throw InUse(owner, held);
            }

            await BreakAsync(cancellation).ConfigureAwait(false);
            await TakeAsync(mayBreak: false, cancellation).ConfigureAwait(false);
        }
    }

    private async Task BreakAsync(CancellationToken cancellation)
    {
        try
        {
            await SendAsync(token => _lease.BreakAsync(TimeSpan.Zero, cancellationToken: token), cancellation).ConfigureAwait(false);
        }
        catch (RequestFailedException ended) when (ended.Status == 409)
        {
            // It has ended meanwhile.
        }
    }

    private async Task<JournalOwner?> ReadNoteAsync(CancellationToken cancellation)
    {
        var note = await SendAsync(token => _note.DownloadContentAsync(token), cancellation).ConfigureAwait(false);
        return JournalOwner.Read(note.Value.Content);
    }

    private async Task RenewAsync()
    {
        var wait = Term / 3;
        while (true)
        {
            try
            {
                await Task.Delay(wait, _account.Time, _closing.Token).ConfigureAwait(false);
                var asked = Now;
                await _account.AttemptAsync(token => _lease.RenewAsync(cancellationToken: token), _closing.Token).ConfigureAwait(false);
                Renewed(asked);
                wait = Term / 3;
            }
            catch (OperationCanceledException) when (_closing.IsCancellationRequested)
            {
                return;
            }
            catch (Exception silence) when (BlobAccount.IsTransient(silence, _closing.Token) && _account.Time.GetElapsedTime(_renewed.Timestamp) < Term + _account.Options.Patience)
            {
                wait = RetryInterval;
            }
            catch (Exception refusal)
            {
                Lose(refusal);
                return;
            }
        }
    }

    private void Renewed((DateTimeOffset At, long Timestamp) asked)
    {
        TaskCompletionSource changed;
        lock (_gate)
        {
            _renewed = asked;
            changed = _changed;
            _changed = new TaskCompletionSource(TaskCreationOptions.RunContinuationsAsynchronously);
        }

        changed.SetResult();
    }

    private void Lose(Exception refusal)
    {
        lock (_gate)
        {
            var why = refusal is RequestFailedException answer and not { Status: 0 }
                ? $"the account answered {answer.Status} {answer.ErrorCode} when the lease was to be renewed, so another process may have it"
                : $"the lease could not be renewed since {_renewed.At:u}";
            _lost.SetResult(new JournalException(
                $"The journal '{_account.Locate(_account.Options.Folder)}' is lost: {why}. Nothing more is written. "
                + "Restart to go on from what was confirmed, and see that one process owns the journal.",
                refusal));
        }

        _changed.SetResult();
    }

    private JournalException InUse(JournalOwner? owner, RequestFailedException held) => new(
        $"The journal '{_account.Locate(_account.Options.Folder)}' is in use by {owner?.ToString() ?? "another process"}. "
        + "One process owns a journal: stop that process, or choose another container. "
        + $"If it is gone already, the journal is free at {_account.Time.GetUtcNow() + Term:u} at the latest.",
        held);

    private Task<T> SendAsync<T>(Func<CancellationToken, Task<T>> request, CancellationToken cancellation) =>
        _account.SendAsync($"Taking possession of '{_account.Locate(_note.Name)}'", request, cancellation);
}
