using Orchestrator.Activities.Stores;

namespace Orchestrator.Activities.Steps;

/// <summary>
/// What happens between a paid answer and its record: while the store is away it is tried again and again, for five minutes
/// (docs/decisions/0009).
/// </summary>
internal sealed class PaidWork(ExecuteStepInput call, TimeProvider time)
{
    private static readonly TimeSpan Patience = TimeSpan.FromMinutes(5);
    private static readonly TimeSpan Interval = TimeSpan.FromSeconds(5);

    /// <param name="operation">May be repeated.</param>
    /// <exception cref="AttemptLostException">The store was away until the end.</exception>
    public Task InsistAsync(Func<Task> operation, CancellationToken stopping) => InsistAsync(
        async () =>
        {
            await operation();
            return true;
        },
        stopping);

    /// <param name="operation">May be repeated.</param>
    /// <exception cref="AttemptLostException">The store was away until the end.</exception>
    public async Task<T> InsistAsync<T>(Func<Task<T>> operation, CancellationToken stopping)
    {
        var until = time.GetUtcNow() + Patience;
        while (true)
        {
            try
            {
                return await operation();
            }
            catch (ContentStoreException exception) when (time.GetUtcNow() >= until)
            {
                throw new AttemptLostException(call, exception);
            }
            catch (ContentStoreException)
            {
                await Task.Delay(Interval, time, stopping);
            }
        }
    }
}
