using Azure;
using Azure.Storage.Blobs;

namespace Orchestrator.LocalHost.Journal.Blobs;

/// <summary>
/// Sends the requests of a journal to its container: with a maximum number of concurrent requests, with retries while the account does not
/// respond, and with errors that name account and container but no key. Thread-safe.
/// </summary>
/// <remarks>
/// Not shared with the content store on blobs, whose client retries by itself: a retry of the journal is sent only while the lease is certain to
/// last, waits by the journal's clock, and frees its slot meanwhile.
/// </remarks>
internal sealed class JournalContainer(BlobContainerClient client, TimeProvider time, BlobJournalOptions options) : IDisposable
{
    /// <summary>Maximum time of an attempt, after which the request is retried.</summary>
    public static readonly TimeSpan AttemptTimeout = TimeSpan.FromSeconds(15);

    private static readonly TimeSpan FirstWait = TimeSpan.FromMilliseconds(100);
    private static readonly TimeSpan LongestWait = TimeSpan.FromSeconds(5);

    private readonly SemaphoreSlim _slots = new(options.MaxConcurrentRequests);

    public BlobContainerClient Client => client;

    public TimeProvider Time => time;

    public BlobJournalOptions Options => options;

    /// <summary>The location of a blob that errors name.</summary>
    public string Locate(string blob) => $"{client.AccountName}/{client.Name}/{blob}";

    /// <summary>Sends a request, with retries until there is a response.</summary>
    /// <param name="what">The purpose, as the beginning of a sentence.</param>
    /// <param name="request">Makes one attempt. An earlier attempt may have succeeded without a response.</param>
    /// <param name="before">Awaited before each attempt; null for nothing.</param>
    /// <exception cref="RequestFailedException">The response is 404, 409, 412 or 416, which the caller handles.</exception>
    /// <exception cref="JournalException">
    /// There was no response within <see cref="BlobJournalOptions.Patience"/>, or the request was refused.
    /// </exception>
    public async Task<T> SendAsync<T>(
        string what, Func<CancellationToken, Task<T>> request, CancellationToken cancellationToken, Func<CancellationToken, Task>? before = null)
    {
        long? silentSince = null;
        for (var wait = FirstWait; ; wait = wait < LongestWait / 2 ? wait * 2 : LongestWait)
        {
            if (before is not null)
            {
                await before(cancellationToken).ConfigureAwait(false);
            }

            Exception problem;
            await _slots.WaitAsync(cancellationToken).ConfigureAwait(false);
            try
            {
                return await AttemptAsync(request, cancellationToken).ConfigureAwait(false);
            }
            catch (Exception exception) when (IsTransient(exception, cancellationToken))
            {
                problem = exception;
            }
            catch (RequestFailedException refusal) when (refusal.Status is not (404 or 409 or 412 or 416))
            {
                throw Refused(what, refusal);
            }
            finally
            {
                _slots.Release();
            }

            silentSince ??= time.GetTimestamp();
            if (time.GetElapsedTime(silentSince.Value) >= options.Patience)
            {
                throw Silent(what, problem);
            }

            await Task.Delay(wait, time, cancellationToken).ConfigureAwait(false);
        }
    }

    /// <summary>Makes one attempt, for at most <see cref="AttemptTimeout"/>.</summary>
    public async Task<T> AttemptAsync<T>(Func<CancellationToken, Task<T>> request, CancellationToken cancellationToken)
    {
        using var timeout = new CancellationTokenSource(AttemptTimeout, time);
        using var either = CancellationTokenSource.CreateLinkedTokenSource(cancellationToken, timeout.Token);
        return await request(either.Token).ConfigureAwait(false);
    }

    /// <summary>Whether a retry can succeed.</summary>
    public static bool IsTransient(Exception exception, CancellationToken cancellationToken) => exception switch
    {
        RequestFailedException answer => answer.Status is 0 or 408 or 429 or >= 500,
        AggregateException several => several.InnerExceptions.All(inner => IsTransient(inner, cancellationToken)),
        OperationCanceledException => !cancellationToken.IsCancellationRequested,
        FileNotFoundException or FileLoadException => false,
        _ => exception is IOException or HttpRequestException,
    };

    public JournalException Refused(string what, RequestFailedException refusal) => new(
        $"{what} failed: the account '{client.AccountName}' answered {refusal.Status} {refusal.ErrorCode} for the container '{client.Name}'. "
        + (refusal.Status is 401 or 403
            ? "Give this identity the role Storage Blob Data Contributor on the container, or correct the connection string, then restart."
            : "Correct the cause, then restart; what was confirmed before is safe."),
        refusal);

    public void Dispose() => _slots.Dispose();

    private static string FirstLine(Exception problem)
    {
        var cause = problem is AggregateException several ? several.InnerExceptions[^1] : problem;
        return cause is OperationCanceledException ? "No answer in time." : cause.Message.Split('\n', 2)[0].Trim();
    }

    private JournalException Silent(string what, Exception problem) => new(
        $"{what} failed: the account '{client.AccountName}' did not answer for {options.Patience:g} (container '{client.Name}'): "
        + FirstLine(problem)
        + " Check the account and the network, then restart; what was confirmed before is safe.",
        problem);
}
