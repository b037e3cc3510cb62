using Microsoft.DurableTask;
using Microsoft.DurableTask.Client;
using Orchestrator.Testing;

namespace Orchestrator.LocalHost.Tests.Runtime;

/// <summary>Policies and handlers, for activities ("work") and sub-orchestrations ("child") alike.</summary>
public sealed class RetryTests
{
    private readonly SteppedTimeProvider _time = new();
    private readonly List<DateTimeOffset> _attempts = [];
    private Func<int, Exception?> _fails = _ => new TimeoutException("late");

    public enum Callee
    {
        Activity,
        SubOrchestration,
    }

    [Theory]
    [InlineData(Callee.Activity, 1)]
    [InlineData(Callee.Activity, 3)]
    [InlineData(Callee.SubOrchestration, 1)]
    [InlineData(Callee.SubOrchestration, 3)]
    public async Task Policy_gives_up_after_its_attempts_with_the_last_failure(Callee callee, int attempts)
    {
        var done = await RunAsync(callee, TaskOptions.FromRetryPolicy(new RetryPolicy(attempts, TimeSpan.FromSeconds(2))));
        Assert.Equal((OrchestrationRuntimeStatus.Failed, attempts), (done.RuntimeStatus, _attempts.Count));
        Assert.True(done.FailureDetails!.IsCausedBy<TaskFailedException>());
        Assert.True(done.FailureDetails.InnerFailure!.IsCausedBy<TimeoutException>());
        Assert.Contains("late", done.FailureDetails.ErrorMessage, StringComparison.Ordinal);
        Assert.All(_attempts.Zip(_attempts.Skip(1)), pair => Assert.Equal(TimeSpan.FromSeconds(2), pair.Second - pair.First));
    }

    [Theory]
    [InlineData(Callee.Activity)]
    [InlineData(Callee.SubOrchestration)]
    public async Task Success_ends_the_retries(Callee callee)
    {
        _fails = attempt => attempt < 3 ? new TimeoutException("late") : null;
        var done = await RunAsync(callee, TaskOptions.FromRetryPolicy(new RetryPolicy(9, TimeSpan.FromSeconds(1))));
        Assert.Equal((OrchestrationRuntimeStatus.Completed, 3), (done.RuntimeStatus, _attempts.Count));
        Assert.Null(done.FailureDetails);
    }

    [Theory]
    [InlineData(Callee.Activity)]
    [InlineData(Callee.SubOrchestration)]
    public async Task Policy_stops_when_its_time_is_up(Callee callee)
    {
        var done = await RunAsync(callee, TaskOptions.FromRetryPolicy(new RetryPolicy(100, TimeSpan.FromSeconds(1), 2, retryTimeout: TimeSpan.FromSeconds(5))));

        // At 0, 1, 3 and 7 seconds; at 7 the five seconds are over.
        Assert.Equal((OrchestrationRuntimeStatus.Failed, 4), (done.RuntimeStatus, _attempts.Count));
    }

    [Theory]
    [InlineData(Callee.Activity)]
    [InlineData(Callee.SubOrchestration)]
    public async Task Predicate_of_a_policy_sees_each_failure(Callee callee)
    {
        _fails = attempt => attempt < 3 ? new TimeoutException("late") : new ArgumentException("wrong");
        var policy = new RetryPolicy(9, TimeSpan.FromSeconds(1)) { HandleFailure = failure => failure.IsCausedBy<TimeoutException>() };
        var done = await RunAsync(callee, TaskOptions.FromRetryPolicy(policy));
        Assert.Equal((OrchestrationRuntimeStatus.Failed, 3), (done.RuntimeStatus, _attempts.Count));
        Assert.True(done.FailureDetails!.InnerFailure!.IsCausedBy<ArgumentException>());
    }

    [Fact]
    public async Task Predicate_that_throws_ends_the_retries_and_keeps_the_failure()
    {
        var policy = new RetryPolicy(9, TimeSpan.FromSeconds(1)) { HandleFailure = _ => throw new InvalidOperationException("predicate") };
        var done = await RunAsync(Callee.Activity, TaskOptions.FromRetryPolicy(policy));
        Assert.Single(_attempts);
        Assert.Contains("late", done.FailureDetails!.ErrorMessage, StringComparison.Ordinal);
    }

    [Theory]
    [InlineData(Callee.Activity)]
    [InlineData(Callee.SubOrchestration)]
    public async Task Handler_is_asked_once_per_failure_and_told_all_about_it(Callee callee)
    {
        var told = new List<string>();
        var done = await RunAsync(callee, TaskOptions.FromRetryHandler(retry =>
        {
            told.Add($"{retry.LastAttemptNumber} {retry.LastFailure.IsCausedBy<Exception>()} {retry.LastFailure.IsCausedBy<ArgumentException>()} {retry.OrchestrationContext.InstanceId}");
            return retry.LastAttemptNumber < 3;
        }));
        Assert.Equal((OrchestrationRuntimeStatus.Failed, 3), (done.RuntimeStatus, _attempts.Count));
        Assert.Equal(["1 True False i", "2 True False i", "3 True False i"], told);
    }

    [Theory]
    [InlineData(Callee.Activity)]
    [InlineData(Callee.SubOrchestration)]
    public async Task Asynchronous_handler_waits_on_durable_timers(Callee callee)
    {
        var total = new List<double>();
        var done = await RunAsync(callee, TaskOptions.FromRetryHandler(async retry =>
        {
            total.Add(retry.TotalRetryTime.TotalMinutes);
            await retry.OrchestrationContext.CreateTimer(TimeSpan.FromMinutes(retry.LastAttemptNumber), CancellationToken.None);
            return retry.LastAttemptNumber < 3;
        }));
        Assert.Equal(OrchestrationRuntimeStatus.Failed, done.RuntimeStatus);
        Assert.Equal([0, 1, 3], total);
        Assert.Equal([1, 2], _attempts.Zip(_attempts.Skip(1), (before, after) => (int)(after - before).TotalMinutes));
    }

    [Fact]
    public async Task Handler_that_throws_fails_the_orchestration_with_its_own_exception()
    {
        var done = await RunAsync(Callee.Activity, TaskOptions.FromRetryHandler(bool (RetryContext _) => throw new InvalidOperationException("handler")));
        Assert.Equal((typeof(InvalidOperationException).FullName, "handler"), (done.FailureDetails!.ErrorType, done.FailureDetails.ErrorMessage));
    }

    [Theory]
    [InlineData(Callee.Activity, "ActivityTaskNotFound")]
    [InlineData(Callee.SubOrchestration, "OrchestratorTaskNotFound")]
    public async Task Unknown_name_is_not_tried_again_by_policy_or_handler(Callee callee, string errorType)
    {
        var asked = 0;
        var policy = new RetryPolicy(9, TimeSpan.FromSeconds(1)) { HandleFailure = _ => ++asked > 0 };
        foreach (var options in new[] { TaskOptions.FromRetryPolicy(policy), TaskOptions.FromRetryHandler(_ => ++asked > 0) })
        {
            var done = await RunAsync(callee, options, name: "nobody");
            Assert.Equal(errorType, done.FailureDetails!.InnerFailure!.ErrorType);
        }

        Assert.Equal(0, asked);
    }

    [Fact]
    public async Task Retried_child_keeps_its_id_and_tags()
    {
        _fails = attempt => attempt < 2 ? new TimeoutException("late") : null;
        await using var host = await StartAsync(Callee.SubOrchestration, "child", new SubOrchestrationOptions(new RetryPolicy(2, TimeSpan.FromSeconds(1)), "c")
        {
            Tags = new Dictionary<string, string> { ["colour"] = "red", ["size"] = "xl" },
        });
        Assert.Equal(OrchestrationRuntimeStatus.Completed, (await FinishAsync(host)).RuntimeStatus);
        var child = (await host.Client.GetInstanceAsync("c"))!;
        Assert.Equal((OrchestrationRuntimeStatus.Completed, 2), (child.RuntimeStatus, _attempts.Count));
        Assert.Equal(["colour=red", "size=xl"], child.Tags.Select(tag => $"{tag.Key}={tag.Value}").Order(StringComparer.Ordinal));
    }

    private async Task<OrchestrationMetadata> RunAsync(Callee callee, TaskOptions options, string? name = null)
    {
        await using var host = await StartAsync(callee, name ?? (callee == Callee.Activity ? "work" : "child"), options);
        return await FinishAsync(host);
    }

    private async Task<OrchestrationMetadata> FinishAsync(LocalDurableHost host)
    {
        await host.Client.ScheduleNewOrchestrationInstanceAsync("parent", new StartOrchestrationOptions("i"));
        var end = host.EndOfAsync("i");
        while (!end.IsCompleted)
        {
            await Task.WhenAny(end, _time.WhenTimersAsync()).WaitAsync(HostExtensions.Patience);
            _time.AdvanceToNextTimer();
        }

        return await end;
    }

    private Task<LocalDurableHost> StartAsync(Callee callee, string name, TaskOptions options) => LocalDurableHost.StartAsync(b =>
    {
        b.TimeProvider = _time;
        b.AddOrchestrator("parent", (TaskOrchestrationContext c) => callee == Callee.Activity
            ? c.CallActivityAsync(name, options: options)
            : c.CallSubOrchestratorAsync(name, options: options));
        b.AddActivity("work", (TaskActivityContext _) => Attempt());
        b.AddOrchestrator("child", (TaskOrchestrationContext _) => Attempt());
    });

    private void Attempt()
    {
        _attempts.Add(_time.GetUtcNow());
        if (_fails(_attempts.Count) is { } failure)
        {
            throw failure;
        }
    }
}
