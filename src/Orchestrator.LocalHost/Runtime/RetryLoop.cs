using System.Diagnostics.CodeAnalysis;
using DurableTask.Core;
using Microsoft.DurableTask;

namespace Orchestrator.LocalHost.Runtime;

/// <summary>Calls again what failed, as a <see cref="RetryPolicy"/> or a handler says. It is orchestrator code: its waits are durable timers.</summary>
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
            catch (TaskFailedException failure) when (!operation.NonRetriable)
            {
                if (!await WantsAnotherAsync(failure, attempt, firstCall))
                {
                    throw;
                }
            }
        }
    }

    private async Task<bool> WantsAnotherAsync(TaskFailedException failure, int attempt, DateTime firstCall)
    {
        if (options.Policy is { } policy)
        {
            if (attempt >= policy.MaxNumberOfAttempts || Delay(policy, failure, attempt, firstCall) is not { } delay)
            {
                return false;
            }

            await execution.CreateTimer(execution.Now + delay, CancellationToken.None).Task;
            return true;
        }

        return options.Handler is { } handler
            && await handler(new RetryContext(execution.Context, attempt, failure.FailureDetails, execution.Now - firstCall, CancellationToken.None));
    }

    private TimeSpan? Delay(RetryPolicy policy, TaskFailedException failure, int attempt, DateTime firstCall)
    {
        if (!MayRetry(policy, failure) || (policy.RetryTimeout != Timeout.InfiniteTimeSpan && execution.Now - firstCall >= policy.RetryTimeout))
        {
            return null;
        }

        var milliseconds = policy.FirstRetryInterval.TotalMilliseconds * Math.Pow(policy.BackoffCoefficient, attempt - 1);
        var longest = policy.MaxRetryInterval == Timeout.InfiniteTimeSpan ? TimeSpan.MaxValue : policy.MaxRetryInterval;
        return milliseconds < longest.TotalMilliseconds ? TimeSpan.FromMilliseconds(milliseconds) : longest;
    }

    /// <summary>A policy judges the engine's own exceptions, so the failure is dressed as one.</summary>
    private static bool MayRetry(RetryPolicy policy, TaskFailedException failure)
    {
        try
        {
            return policy.Handle(new DurableTask.Core.Exceptions.TaskFailedException(failure.Message) { FailureDetails = CoreFailure.From(failure.FailureDetails) });
        }
        catch (Exception)
        {
            // As the SDK does it: a predicate that throws must not hide the failure it was asked about.
            return false;
        }
    }
}

/// <summary>The engine's form of a failure, which only retry policies still want.</summary>
internal static class CoreFailure
{
    [return: NotNullIfNotNull(nameof(failure))]
    public static FailureDetails? From(TaskFailureDetails? failure) => failure is null
        ? null
        : new FailureDetails(failure.ErrorType, failure.ErrorMessage, failure.StackTrace, From(failure.InnerFailure), false, failure.Properties);
}
