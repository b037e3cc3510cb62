using Microsoft.DurableTask;
using Microsoft.DurableTask.Client;
using Orchestrator.LocalHost.History;
using Orchestrator.LocalHost.Journal;

namespace Orchestrator.LocalHost.Tests.Runtime;

public sealed class LifecycleTests
{
    private readonly TaskCompletionSource _go = new(TaskCreationOptions.RunContinuationsAsynchronously);
    private readonly TaskCompletionSource _running = new(TaskCreationOptions.RunContinuationsAsynchronously);
    private readonly TaskCompletionSource _after = new(TaskCreationOptions.RunContinuationsAsynchronously);

    /// <summary>Real engines answer when it is queued: a known difference, in docs/parity.md.</summary>
    [Fact]
    public async Task Request_of_a_client_is_carried_out_when_the_call_returns()
    {
        await using var host = await StartAsync();
        await host.Client.ScheduleNewOrchestrationInstanceAsync("two", new StartOrchestrationOptions("i"));
        await _running.Task;
        await host.Client.SuspendInstanceAsync("i", "hold on");
        Assert.Equal(OrchestrationRuntimeStatus.Suspended, (await host.Client.GetInstanceAsync("i"))!.RuntimeStatus);
        await host.Client.ResumeInstanceAsync("i");
        Assert.Equal(OrchestrationRuntimeStatus.Running, (await host.Client.GetInstanceAsync("i"))!.RuntimeStatus);
        await host.Client.TerminateInstanceAsync("i", "stop");
        var ended = await host.Client.GetInstanceAsync("i", getInputsAndOutputs: true);
        Assert.Equal((OrchestrationRuntimeStatus.Terminated, "stop"), (ended!.RuntimeStatus, ended.ReadOutputAs<string>()));
        _go.SetResult();
    }

    [Fact]
    public async Task Stop_waits_for_activities_and_records_their_results()
    {
        var host = await StartAsync();
        await host.Client.ScheduleNewOrchestrationInstanceAsync("two", new StartOrchestrationOptions("i"));
        await _running.Task;
        var waiting = host.Client.WaitForInstanceCompletionAsync("i");
        var stopped = host.StopAsync();
        Assert.False(stopped.IsCompleted);
        await Assert.ThrowsAsync<ObjectDisposedException>(() => host.Client.ScheduleNewOrchestrationInstanceAsync("empty"));
        _go.SetResult();
        await stopped.WaitAsync(HostExtensions.Patience);
        await Assert.ThrowsAsync<ObjectDisposedException>(() => waiting);
        await host.StopAsync();
    }

    [Fact]
    public async Task Stop_cancels_running_activities()
    {
        var host = await StartAsync();
        await host.Client.ScheduleNewOrchestrationInstanceAsync("patient", new StartOrchestrationOptions("i"));
        await _running.Task;
        await host.StopAsync(new CancellationToken(canceled: true)).WaitAsync(HostExtensions.Patience);
        Assert.True(_after.Task.IsCompleted);
    }

    [Fact]
    public async Task Recursive_termination_ends_the_other_children_when_one_of_them_is_halted()
    {
        await using var memory = new MemoryJournal();
        var journal = new JournalDouble(memory);
        await using var host = await LocalDurableHost.StartAsync(builder =>
        {
            builder.Journal = journal;
            builder.AddOrchestrator<string, string>("child", async (TaskOrchestrationContext context, string _) =>
                await context.WaitForExternalEvent<string>("go"));
            builder.AddOrchestrator<string, string[]>("parent", async (TaskOrchestrationContext context, string _) =>
                await Task.WhenAll(
                    context.CallSubOrchestratorAsync<string>("child", "", new SubOrchestrationOptions { InstanceId = "halted" }),
                    context.CallSubOrchestratorAsync<string>("child", "", new SubOrchestrationOptions { InstanceId = "healthy" })));
        });
        await host.Client.ScheduleNewOrchestrationInstanceAsync("parent", "", new StartOrchestrationOptions("parent"));
        await host.Client.WaitForInstanceStartAsync("halted").WaitAsync(HostExtensions.Patience);
        await host.Client.WaitForInstanceStartAsync("healthy").WaitAsync(HostExtensions.Patience);
        journal.Hold(written => written is EventRaised, out _).SetException(new IOException("No space left on device"));
        await Assert.ThrowsAsync<IOException>(() => host.Client.RaiseEventAsync("halted", "go", "").WaitAsync(HostExtensions.Patience));

        await host.Client.TerminateInstanceAsync("parent", new TerminateInstanceOptions(Recursive: true)).WaitAsync(HostExtensions.Patience);

        Assert.Equal(OrchestrationRuntimeStatus.Terminated, (await host.EndOfAsync("parent")).RuntimeStatus);
        Assert.Equal(OrchestrationRuntimeStatus.Terminated, (await host.EndOfAsync("healthy")).RuntimeStatus);
    }

    private Task<LocalDurableHost> StartAsync() => LocalDurableHost.StartAsync(Register);

    private void Register(LocalDurableHostBuilder builder) => builder
        .AddActivity("wait", async _ =>
        {
            _running.TrySetResult();
            await _go.Task;
        })
        .AddActivity("after", _ =>
        {
            _after.TrySetResult();
            return Task.CompletedTask;
        })
        .AddActivity("until stopped", async run =>
        {
            var stopped = new TaskCompletionSource();
            await using var registration = run.CancellationToken.Register(stopped.SetResult);
            _running.TrySetResult();
            await stopped.Task;
            _after.TrySetResult();
            run.CancellationToken.ThrowIfCancellationRequested();
        })
        .AddOrchestrator("empty", (TaskOrchestrationContext _) => Task.CompletedTask)
        .AddOrchestrator("patient", (TaskOrchestrationContext c) => c.CallActivityAsync("until stopped"))
        .AddOrchestrator("two", async (TaskOrchestrationContext c) =>
        {
            await c.CallActivityAsync("wait");
            await c.CallActivityAsync("after");
            return "done";
        });
}
