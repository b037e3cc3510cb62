using Microsoft.DurableTask.Client;
using Microsoft.Extensions.DependencyInjection;
using Orchestrator.Bench.App;
using Orchestrator.Bench.Reporting;
using Orchestrator.Bench.Runtime;
using Orchestrator.Functions.Application;

namespace Orchestrator.Bench.Peers;

/// <summary>A durable engine that runs the app's own orchestrators and activities.</summary>
/// <param name="app">The app's services.</param>
/// <param name="owned">Disposed with it, in this order.</param>
internal sealed class DurablePeer(DurableTaskClient client, IServiceProvider app, params IReadOnlyList<IAsyncDisposable> owned) : IPeer
{
    public DurableTaskClient Client => client;

    /// <summary>The app's services.</summary>
    public IServiceProvider App => app;

    /// <summary>
    /// Whether the client polls for the end every two seconds only. Then the end is the time in the instance's row, at which its last write began.
    /// </summary>
    public bool PollsSlowly { get; init; }

    public async Task<double> NoOpsAsync(NoOpWork work)
    {
        var meter = new ProcessMeter();
        var began = TimeProvider.System.GetUtcNow();
        var instance = await client.ScheduleAsync(work);
        await client.EndAsync(instance, work);
        return await SecondsAsync(meter, began, instance);
    }

    public async Task<double> RunAsync(IWorkload workload)
    {
        var request = LayersRun.Request(workload);
        var meter = new ProcessMeter();
        var began = TimeProvider.System.GetUtcNow();
        var run = await app.GetRequiredService<RunStarter>().StartAsync(client, request, CancellationToken.None);
        await client.WaitForInstanceCompletionAsync(run.InstanceId, CancellationToken.None);
        var elapsed = await SecondsAsync(meter, began, run.InstanceId);
        await LayersRun.CheckAsync(workload, app, run.RunId);
        return elapsed;
    }

    public async ValueTask DisposeAsync()
    {
        foreach (var part in owned)
        {
            await part.DisposeAsync();
        }
    }

    private async Task<double> SecondsAsync(ProcessMeter meter, DateTimeOffset began, string instance)
    {
        var elapsed = meter.Elapsed.TotalSeconds;
        return PollsSlowly ? ((await client.GetInstanceAsync(instance))!.LastUpdatedAt - began).TotalSeconds : elapsed;
    }
}
