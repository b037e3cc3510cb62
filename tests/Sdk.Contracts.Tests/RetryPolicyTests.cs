using DurableTask.Core;
using DurableTask.Core.Exceptions;
using Microsoft.DurableTask;
using EngineTaskFailedException = DurableTask.Core.Exceptions.TaskFailedException;

namespace Sdk.Contracts.Tests;

public sealed class RetryPolicyTests
{
    private static readonly TimeSpan Second = TimeSpan.FromSeconds(1);

    [Fact]
    public void Policy_without_limits_waits_at_most_an_hour_and_has_no_deadline()
    {
        RetryPolicy policy = new(3, Second);

        Assert.Equal(1.0, policy.BackoffCoefficient);
        Assert.Equal(TimeSpan.FromHours(1), policy.MaxRetryInterval);
        Assert.Equal(Timeout.InfiniteTimeSpan, policy.RetryTimeout);
        Assert.True(policy.Handle(new IOException()));
    }

    [Theory]
    [InlineData("maxNumberOfAttempts", 0, 1, 1.0, 10, 10)]
    [InlineData("firstRetryInterval", 1, 0, 1.0, 10, 10)]
    [InlineData("backoffCoefficient", 1, 1, 0.9, 10, 10)]
    [InlineData("maxRetryInterval", 1, 5, 1.0, 4, 10)]
    [InlineData("retryTimeout", 1, 5, 1.0, 10, 4)]
    public void Policy_with_an_argument_out_of_range_is_refused(string parameter, int attempts, int first, double backoff, int max, int timeout)
    {
        ArgumentOutOfRangeException error = Assert.Throws<ArgumentOutOfRangeException>(
            () => new RetryPolicy(attempts, first * Second, backoff, max * Second, timeout * Second));

        Assert.Equal(parameter, error.ParamName);
    }

    [Fact]
    public void Policy_may_be_unlimited_by_the_infinite_time_span()
    {
        RetryPolicy policy = new(1, Second, maxRetryInterval: Timeout.InfiniteTimeSpan, retryTimeout: Timeout.InfiniteTimeSpan);

        Assert.Equal(Timeout.InfiniteTimeSpan, policy.MaxRetryInterval);
    }

    [Fact]
    public void Failure_handler_sees_the_details_of_the_engines_exceptions()
    {
        List<TaskFailureDetails> seen = [];
        RetryPolicy policy = new(3, Second) { HandleFailure = failure => Add(seen, failure) };
        FailureDetails inner = new("Inner", "deep", null, null, false);
        FailureDetails details = new("My.Error", "broken", "at X", inner, false, new Dictionary<string, object?> { ["code"] = 7 });

        Assert.True(policy.Handle(new EngineTaskFailedException { FailureDetails = details }));
        Assert.True(policy.Handle(new SubOrchestrationFailedException { FailureDetails = inner }));

        Assert.Equal(["My.Error: broken", "Inner: deep"], seen.Select(d => d.ToString()));
        Assert.Equal("at X", seen[0].StackTrace);
        Assert.Equal("Inner: deep", seen[0].InnerFailure!.ToString());
        Assert.Equal(7, seen[0].Properties!["code"]);
    }

    [Fact]
    public void Failure_handler_cannot_judge_other_exceptions()
    {
        RetryPolicy policy = new(3, Second) { HandleFailure = _ => true };

        Assert.Throws<InvalidOperationException>(() => policy.Handle(new IOException()));
        Assert.Throws<InvalidOperationException>(() => policy.Handle(new EngineTaskFailedException()));
    }

    private static bool Add(List<TaskFailureDetails> seen, TaskFailureDetails failure)
    {
        seen.Add(failure);
        return true;
    }
}
