using Microsoft.DurableTask;
using Microsoft.DurableTask.Client;
using Orchestrator.LocalHost.Functions;
using Orchestrator.LocalHost.History;
using Orchestrator.LocalHost.Journal;

namespace Orchestrator.LocalHost.Tests.Runtime;

/// <summary>Activities are signalled of a stop after the last one has begun: what the stop cancels is not a failure.</summary>
[Trait("Trust", "9")]
public sealed class StopAnnouncementTests
{
    private readonly MemoryJournal _journal = new();
    private readonly TaskCompletionSource _running = new(TaskCreationOptions.RunContinuationsAsynchronously);
    private int _begun;

    [Theory]
    [InlineData("works")]
    [InlineData("steers")]
    public async Task Activity_that_the_announcement_cancels_is_not_recorded_and_runs_again_at_the_next_start(string activity)
    {
        // Continuations run inside the call of the announcement: the earliest moment at which an activity can end because of it.
        var announced = new TaskCompletionSource();
        var host = await StartAsync(activity, () =>
        {
            _running.SetResult();
            return announced.Task;
        }, announced.SetCanceled);
        await host.Client.ScheduleNewOrchestrationInstanceAsync("o", new StartOrchestrationOptions("i"));
        await _running.Task.WaitAsync(HostExtensions.Patience);
        await host.StopAsync().WaitAsync(HostExtensions.Patience);
        Assert.True(announced.Task.IsCanceled);

        await using var next = await StartAsync(activity, () => Task.CompletedTask, null);
        var ended = await next.Client.WaitForInstanceCompletionAsync("i", CancellationToken.None).WaitAsync(HostExtensions.Patience);
        Assert.Equal(OrchestrationRuntimeStatus.Completed, ended.RuntimeStatus);
        Assert.Equal(2, _begun);
        Assert.Equal(1, await next.ReadHistoryAsync("i").OfType<TaskCompleted>().CountAsync());
    }

    private Task<LocalDurableHost> StartAsync(string activity, Func<Task> work, Action? onStopping) => LocalDurableHost.StartAsync(b =>
    {
        b.Journal = _journal;
        b.Options.OnStopping = onStopping;
        b.Options.SteeringActivities.Add("steers");
        b.AddOrchestrator("o", (TaskOrchestrationContext c) => c.CallActivityAsync<string>(activity));
        b.AddActivity(activity, async Task<string> (ActivityInvocation _) =>
        {
            Interlocked.Increment(ref _begun);
            await work();
            return "done";
        });
    });
}
