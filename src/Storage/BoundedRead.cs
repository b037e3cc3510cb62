namespace Orchestrator.Storage;

/// <summary>
/// Reads with a time limit, for a caller who waits for the answer. A store that cannot be reached fails only after its retries; one that hangs does
/// not fail, and may ignore its cancellation: then the read is abandoned and ends by itself. Thread-safe.
/// </summary>
public static class BoundedRead
{
    /// <summary>
    /// Maximum time of one request's reads: far above what a slow store needs, and below the time after which proxies and clients give up.
    /// </summary>
    public static readonly TimeSpan Limit = TimeSpan.FromSeconds(15);

    /// <summary>Time for a cancelled store to report why it did not answer.</summary>
    public static readonly TimeSpan Grace = TimeSpan.FromSeconds(1);

    /// <summary>Runs <paramref name="read"/> on the thread pool for at most <paramref name="limit"/> and <see cref="Grace"/>.</summary>
    /// <param name="read">May continue after this method has thrown, so it must not use what the caller disposes.</param>
    /// <param name="limit">The time after which the read is cancelled.</param>
    /// <param name="time">The clock of the limit.</param>
    /// <exception cref="ContentStoreException">The read did not end in time.</exception>
    /// <exception cref="OperationCanceledException">The caller's token was cancelled.</exception>
    public static async Task<T> RunAsync<T>(
        Func<CancellationToken, Task<T>> read, TimeSpan limit, TimeProvider time, CancellationToken cancellationToken)
    {
        using var late = new CancellationTokenSource(limit, time);
        using var either = CancellationTokenSource.CreateLinkedTokenSource(late.Token, cancellationToken);
        try
        {
            // On the pool: opening a file on an unreachable network drive blocks the thread before there is a task to await.
            return await Task.Run(() => read(either.Token), either.Token).WaitAsync(limit + Grace, time, cancellationToken);
        }
        catch (Exception exception) when (exception is TimeoutException
            || (exception is OperationCanceledException && late.IsCancellationRequested && !cancellationToken.IsCancellationRequested))
        {
            var silence = $"it did not answer within {limit.TotalSeconds:0} s.";
            throw exception.InnerException as ContentStoreException
                ?? new ContentStoreException("", $"The content store cannot be used: {silence}", exception) { Hint = silence };
        }
    }
}
