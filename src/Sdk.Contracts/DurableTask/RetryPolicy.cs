using System.ComponentModel;
using DurableTask.Core.Exceptions;

namespace Microsoft.DurableTask;

public class RetryPolicy
{
    public RetryPolicy(
        int maxNumberOfAttempts,
        TimeSpan firstRetryInterval,
        double backoffCoefficient = 1.0,
        TimeSpan? maxRetryInterval = null,
        TimeSpan? retryTimeout = null)
    {
        Require(maxNumberOfAttempts > 0, nameof(maxNumberOfAttempts), maxNumberOfAttempts, "greater than zero");
        Require(firstRetryInterval > TimeSpan.Zero, nameof(firstRetryInterval), firstRetryInterval, "greater than zero");
        Require(!(backoffCoefficient < 1.0), nameof(backoffCoefficient), backoffCoefficient, "greater or equal to 1.0");
        RequireAtLeastFirstInterval(maxRetryInterval, nameof(maxRetryInterval), firstRetryInterval);
        RequireAtLeastFirstInterval(retryTimeout, nameof(retryTimeout), firstRetryInterval);

        MaxNumberOfAttempts = maxNumberOfAttempts;
        FirstRetryInterval = firstRetryInterval;
        BackoffCoefficient = backoffCoefficient;
        MaxRetryInterval = maxRetryInterval ?? TimeSpan.FromHours(1);
        RetryTimeout = retryTimeout ?? Timeout.InfiniteTimeSpan;
        Handle = _ => true;
    }

    /// <summary>The first call counts: 1 means no retry.</summary>
    public int MaxNumberOfAttempts { get; }

    public TimeSpan FirstRetryInterval { get; }

    public double BackoffCoefficient { get; }

    public TimeSpan MaxRetryInterval { get; }

    public TimeSpan RetryTimeout { get; }

    /// <summary>
    /// Asked by the engine whether a failure may be retried: with its own <see cref="global::DurableTask.Core.Exceptions.TaskFailedException"/>
    /// or <see cref="SubOrchestrationFailedException"/>, never with an exception of this namespace.
    /// </summary>
    [EditorBrowsable(EditorBrowsableState.Never)]
    public Func<Exception, bool> Handle { get; private init; }

    [Obsolete("This functionality is not implemented. Will be removed in the future. Use TaskOptions.FromRetryHandler or HandleFailure instead.")]
    public Func<Exception, Task<bool>>? HandleAsync { get; set; }

    /// <summary>The predicate that decides which failures are retried; it becomes <see cref="Handle"/>.</summary>
    public Func<TaskFailureDetails, bool> HandleFailure
    {
        init => Handle = exception => value(DetailsOf(exception));
    }

    private static TaskFailureDetails DetailsOf(Exception exception)
    {
        OrchestrationException? failure = exception switch
        {
            global::DurableTask.Core.Exceptions.TaskFailedException task => task,
            SubOrchestrationFailedException subOrchestration => subOrchestration,
            _ => null,
        };
        return TaskFailureDetails.FromCore(failure?.FailureDetails)
            ?? throw new InvalidOperationException($"A retry policy judges the engine's failures that carry details, not {exception.GetType()}.");
    }

    private static void RequireAtLeastFirstInterval(TimeSpan? value, string name, TimeSpan firstRetryInterval) =>
        Require(
            !(value < firstRetryInterval) || value == Timeout.InfiniteTimeSpan,
            name,
            value,
            $"greater or equal to the value for {nameof(firstRetryInterval)}");

    private static void Require(bool condition, string name, object? value, string expectation)
    {
        if (!condition)
        {
            throw new ArgumentOutOfRangeException(name, value, $"The value for {name} must be {expectation}.");
        }
    }
}
