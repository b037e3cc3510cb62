namespace Orchestrator.Storage;

/// <summary>
/// Reads for a caller who waits for the answer. A store that is away says so after its retries, which may be long; one that hangs never does, and may not heed
/// a cancellation: the read is left then, and ends by itself. Thread-safe.
/// </summary>
public static class BoundedRead
{
    /// <summary>Maximum time of one request's reads: far above what a slow store needs, and below the time after which proxies and clients give up.</summary>
    public static readonly TimeSpan Limit = TimeSpan.FromSeconds(15);

    /// <summary>Time in which a store that heeds a cancellation may tell what it was waiting for.</summary>
    public static readonly TimeSpan Grace = TimeSpan.FromSeconds(1);

    /// <param name="read">What is read. It may go on after this has thrown, so it must not touch what belongs to the caller only.</param>
    /// <param name="limit">Its time.</param>
    /// <exception cref="ContentStoreException">It was not done in time.</exception>
    /// <exception cref="OperationCanceledException">The caller's token fired.</exception>
    public static async Task<T> RunAsync<T>(Func<CancellationToken, Task<T>> read, TimeSpan limit, TimeProvider time, CancellationToken cancellationToken)
    {
        using var late = new CancellationTokenSource(limit, time);
        using var either = CancellationTokenSource.CreateLinkedTokenSource(late.Token, cancellationToken);
        try
        {
            // Opening a file of a network folder that hangs blocks its thread, before there is a task to wait for.
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
