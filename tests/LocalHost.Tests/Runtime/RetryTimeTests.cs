using Microsoft.DurableTask;
using Microsoft.DurableTask.Client;
using Orchestrator.Testing;

namespace Orchestrator.LocalHost.Tests.Runtime;

/// <summary>
/// When policies and handlers try again, for activities ("work") and sub-orchestrations ("child") alike. How often, and what they are told:
/// tests/Conformance.
/// </summary>
public sealed class RetryTimeTests
{
    private readonly SteppedTimeProvider _time = new();
    private readonly List<DateTimeOffset> _attempts = [];

    public enum Callee
    {
        Activity,
        SubOrchestration,
    }

    [Theory]
    [InlineData(Callee.Activity)]
    [InlineData(Callee.SubOrchestration)]
    public async Task Policy_waits_its_interval_between_the_attempts(Callee callee)
    {
        var done = await RunAsync(callee, TaskOptions.FromRetryPolicy(new RetryPolicy(3, TimeSpan.FromSeconds(2))));
        Assert.Equal((OrchestrationRuntimeStatus.Failed, 3), (done.RuntimeStatus, _attempts.Count));
        Assert.All(_attempts.Zip(_attempts.Skip(1)), pair => Assert.Equal(TimeSpan.FromSeconds(2), pair.Second - pair.First));
    }

    [Theory]
    [InlineData(Callee.Activity)]
    [InlineData(Callee.SubOrchestration)]
    public async Task Policy_stops_when_its_time_is_up(Callee callee)
    {
        var done = await RunAsync(
            callee, TaskOptions.FromRetryPolicy(new RetryPolicy(100, TimeSpan.FromSeconds(1), 2, retryTimeout: TimeSpan.FromSeconds(5))));

        // At 0, 1, 3 and 7 seconds; at 7 the five seconds are over.
        Assert.Equal((OrchestrationRuntimeStatus.Failed, 4), (done.RuntimeStatus, _attempts.Count));
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

    private async Task<OrchestrationMetadata> RunAsync(Callee callee, TaskOptions options)
    {
        await using var host = await StartAsync(callee, options);
        await host.Client.ScheduleNewOrchestrationInstanceAsync("parent", new StartOrchestrationOptions("i"));
        var end = host.EndOfAsync("i");
        while (!end.IsCompleted)
        {
            await Task.WhenAny(end, _time.WhenTimersAsync()).WaitAsync(HostExtensions.Patience);
            _time.AdvanceToNextTimer();
        }

        return await end;
    }

    private Task<LocalDurableHost> StartAsync(Callee callee, TaskOptions options) => LocalDurableHost.StartAsync(b =>
    {
        b.TimeProvider = _time;
        b.AddOrchestrator("parent", (TaskOrchestrationContext c) => callee == Callee.Activity
            ? c.CallActivityAsync("work", options: options)
            : c.CallSubOrchestratorAsync("child", options: options));
        b.AddActivity("work", (TaskActivityContext _) => Attempt());
        b.AddOrchestrator("child", (TaskOrchestrationContext _) => Attempt());
    });

    private void Attempt()
    {
        _attempts.Add(_time.GetUtcNow());
        throw new TimeoutException("late");
    }
}
