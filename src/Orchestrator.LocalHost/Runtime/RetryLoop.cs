using System.Diagnostics.CodeAnalysis;
using DurableTask.Core;
using Microsoft.DurableTask;

namespace Orchestrator.LocalHost.Runtime;

/// <summary>
/// Retries a call as a <see cref="RetryPolicy"/> or a handler specifies. It runs as orchestrator code: its waits are durable timers.
/// </summary>
internal sealed class RetryLoop<T>(Execution execution, TaskRetryOptions options, Func<CallOperation<T>> call)
{
    public async Task<T> RunAsync()
    {
        var firstCall = execution.Now;
        for (var attempt = 1; ; attempt++)
        {
            var operation = call();
            try
            {
                return await operation.Task;
            }
            catch (TaskFailedException exception) when (!operation.NonRetriable)
            {
                if (!await ShouldRetryAsync(exception, attempt, firstCall))
                {
                    throw;
                }
            }
        }
    }

    private async Task<bool> ShouldRetryAsync(TaskFailedException exception, int attempt, DateTime firstCall)
    {
        if (options.Policy is { } policy)
        {
            if (attempt >= policy.MaxNumberOfAttempts || Delay(policy, exception, attempt, firstCall) is not { } delay)
            {
                return false;
            }

            await execution.CreateTimer(execution.Now + delay, CancellationToken.None).Task;
            return true;
        }

        return options.Handler is { } handler
            && await handler(
                new RetryContext(execution.Context, attempt, exception.FailureDetails, execution.Now - firstCall, CancellationToken.None));
    }

    private TimeSpan? Delay(RetryPolicy policy, TaskFailedException exception, int attempt, DateTime firstCall)
    {
        if (!MayRetry(policy, exception) || (policy.RetryTimeout != Timeout.InfiniteTimeSpan && execution.Now - firstCall >= policy.RetryTimeout))
        {
            return null;
        }

        var milliseconds = policy.FirstRetryInterval.TotalMilliseconds * Math.Pow(policy.BackoffCoefficient, attempt - 1);
        var longest = policy.MaxRetryInterval == Timeout.InfiniteTimeSpan ? TimeSpan.MaxValue : policy.MaxRetryInterval;
        return milliseconds < longest.TotalMilliseconds ? TimeSpan.FromMilliseconds(milliseconds) : longest;
    }

    /// <summary>Asks the policy, which expects an exception of DurableTask.Core.</summary>
    private static bool MayRetry(RetryPolicy policy, TaskFailedException exception)
    {
        try
        {
            var failure = new DurableTask.Core.Exceptions.TaskFailedException(exception.Message)
            {
                FailureDetails = CoreFailure.From(exception.FailureDetails),
            };
            return policy.Handle(failure);
        }
        catch (Exception)
        {
            // As in the SDK, an exception of the predicate must not hide the failure of the call.
            return false;
        }
    }
}

/// <summary>Converts failure details to those of DurableTask.Core, which retry policies require.</summary>
internal static class CoreFailure
{
    [return: NotNullIfNotNull(nameof(failure))]
    public static FailureDetails? From(TaskFailureDetails? failure) => failure is null
        ? null
        : new FailureDetails(failure.ErrorType, failure.ErrorMessage, failure.StackTrace, From(failure.InnerFailure), false, failure.Properties);
}
