using Microsoft.Extensions.Logging;
using Orchestrator.Activities.Stores;

namespace Orchestrator.Activities.Steps;

/// <summary>
/// What happens between a paid answer and its record: while the store is away it is tried again and again, for five minutes
/// (docs/decisions/0009).
/// </summary>
internal sealed class PaidWork(ExecuteStepInput call, TimeProvider time, ILogger logger)
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
        for (var isFirst = true; ; isFirst = false)
        {
            try
            {
                var result = await operation();
                if (!isFirst)
                {
                    logger.LogWarning("Step '{Step}' of run '{Run}' could be written down after all.", call.StepId, call.RunId);
                }

                return result;
            }
            catch (ContentStoreException exception) when (time.GetUtcNow() >= until)
            {
                throw new AttemptLostException(call, exception);
            }
            catch (ContentStoreException exception)
            {
                if (isFirst)
                {
                    logger.LogWarning(
                        exception, "Step '{Step}' of run '{Run}' cannot be written down. It is tried again for five minutes.", call.StepId, call.RunId);
                }

                await Task.Delay(Interval, time, stopping);
            }
        }
    }
}
