using Microsoft.DurableTask;
using Orchestrator.Activities.Stores;

namespace Orchestrator.Functions.Orchestrations;

/// <summary>
/// How the orchestrator calls its activities: one that fails because the store is away is called again, for about eight minutes, with durable waits.
/// It has paid for nothing then, or has its record (docs/decisions/0009). Every other failure is final.
/// </summary>
internal static class ActivityRetry
{
    private const int Attempts = 6;
    private const double Backoff = 3;

    private static readonly TimeSpan First = TimeSpan.FromSeconds(5);
    private static readonly TimeSpan Longest = TimeSpan.FromMinutes(5);

    public static TaskOptions WhenStoreIsAway { get; } = TaskOptions.FromRetryPolicy(new RetryPolicy(Attempts, First, Backoff, Longest)
    {
        HandleFailure = failure => failure.IsCausedBy<ContentStoreException>(),
    });
}
