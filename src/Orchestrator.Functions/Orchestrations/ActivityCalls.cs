using Microsoft.DurableTask;

namespace Orchestrator.Functions.Orchestrations;

/// <summary>
/// How the orchestrator calls its activities: a call that failed because the store is away, its worker died or its host stopped is made again,
/// for about eight minutes, with durable waits. The failed call has paid for nothing, or has its record, or its claim decides (docs/decisions/0009, 0015).
/// Every other failure is final.
/// </summary>
internal sealed class ActivityCalls(TaskOrchestrationContext context)
{
    /// <summary>The waits before the second call and each after it, in seconds.</summary>
    private static readonly int[] Waits = [5, 15, 45, 135, 300];

    /// <param name="input">What the activity is given at every call.</param>
    /// <exception cref="TaskFailedException">It failed and is not called again.</exception>
    public Task CallAsync(TaskName activity, object input) => CallAsync<object?>(activity, _ => input, retriesTimeouts: true);

    /// <param name="input">Makes what the activity is given from the number of the call, from 1.</param>
    /// <param name="retriesTimeouts">Whether a call is made again, too, that the host ended for its own limit.</param>
    /// <exception cref="TaskFailedException">It failed and is not called again.</exception>
    public async Task<T> CallAsync<T>(TaskName activity, Func<int, object> input, bool retriesTimeouts)
    {
        for (var call = 1; ; call++)
        {
            try
            {
                return await context.CallActivityAsync<T>(activity, input(call));
            }
            catch (TaskFailedException exception) when (call <= Waits.Length && ActivityFailure.Of(exception.FailureDetails).MayBeMadeAgain(retriesTimeouts))
            {
                await context.CreateTimer(context.CurrentUtcDateTime.AddSeconds(Waits[call - 1]), CancellationToken.None);
            }
        }
    }
}
