using Microsoft.DurableTask;
using Microsoft.DurableTask.Client;
using Sdk.Contracts.Tests.Fakes;

namespace Sdk.Contracts.Tests;

public sealed class TaskOptionsTests
{
    private static readonly RetryPolicy Policy = new(3, TimeSpan.FromSeconds(1));
    private static readonly Dictionary<string, string> Tags = new() { ["tag"] = "t" };

    [Fact]
    public void Options_with_an_instance_id_keep_retry_tags_and_version()
    {
        TaskOptions options = new(Policy, Tags) { Version = "2" };

        SubOrchestrationOptions withId = options.WithInstanceId("child");

        Assert.Equal("child", withId.InstanceId);
        Assert.Same(Policy, withId.Retry?.Policy);
        Assert.Same(Tags, withId.Tags);
        Assert.Equal("2", withId.Version);
    }

    [Fact]
    public void Options_made_from_sub_orchestration_options_keep_the_instance_id_unless_one_is_given()
    {
        TaskOptions options = new SubOrchestrationOptions(Policy, "child");

        Assert.Equal("child", new SubOrchestrationOptions(options).InstanceId);
        Assert.Equal("other", new SubOrchestrationOptions(options, "other").InstanceId);
    }

    [Fact]
    public void Version_of_sub_orchestration_options_is_that_of_the_base()
    {
        SubOrchestrationOptions options = new() { Version = "3" };

        Assert.Equal("3", ((TaskOptions)options).Version);
    }

    [Fact]
    public void Options_copied_with_a_change_keep_the_rest()
    {
        SubOrchestrationOptions options = new(Policy, "child");

        SubOrchestrationOptions changed = options with { Tags = Tags };

        Assert.Equal("child", changed.InstanceId);
        Assert.Same(options.Retry, changed.Retry);
        Assert.Same(Tags, changed.Tags);
    }

    [Fact]
    public void Retry_options_hold_a_policy_or_a_handler()
    {
        AsyncRetryHandler handler = _ => Task.FromResult(true);

        Assert.Same(Policy, TaskOptions.FromRetryPolicy(Policy).Retry!.Policy);
        Assert.Null(TaskOptions.FromRetryPolicy(Policy).Retry!.Handler);
        Assert.Same(handler, TaskOptions.FromRetryHandler(handler).Retry!.Handler);
        Assert.Null(TaskOptions.FromRetryHandler(handler).Retry!.Policy);
        Assert.Throws<ArgumentNullException>(() => TaskRetryOptions.FromRetryPolicy(null!));
        Assert.Throws<ArgumentNullException>(() => TaskRetryOptions.FromRetryHandler((RetryHandler)null!));
    }

    [Theory]
    [InlineData(1, true)]
    [InlineData(2, false)]
    public async Task Synchronous_handler_is_asked_through_the_asynchronous_one(int lastAttempt, bool expected)
    {
        TaskRetryOptions options = TaskRetryOptions.FromRetryHandler((RetryContext context) => context.LastAttemptNumber < 2);
        RetryContext context = new(
            new ManualOrchestrationContext(),
            lastAttempt,
            TaskFailureDetails.FromException(new IOException()),
            TimeSpan.Zero,
            CancellationToken.None);

        Assert.Equal(expected, await options.Handler!(context));
    }

    [Fact]
    public void Start_options_copied_with_a_change_keep_the_rest()
    {
        StartOrchestrationOptions options = new("id", DateTimeOffset.UnixEpoch) { Tags = Tags, Version = "4" };

        StartOrchestrationOptions changed = options.WithDedupeStatuses(OrchestrationRuntimeStatus.Running, OrchestrationRuntimeStatus.Pending);

        Assert.Equal(["Running", "Pending"], changed.DedupeStatuses!);
        Assert.Null(options.DedupeStatuses);
        Assert.Equal(options, changed with { DedupeStatuses = null });
        Assert.Empty(new StartOrchestrationOptions().Tags);
    }
}
