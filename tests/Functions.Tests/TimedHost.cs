using System.Text;
using Microsoft.DurableTask.Converters;
using Microsoft.Extensions.DependencyInjection;
using Orchestrator.Activities.Execution;
using Orchestrator.Activities.Feed;
using Orchestrator.Activities.Models;
using Orchestrator.Functions.Application;
using Orchestrator.Functions.Orchestrations;
using Orchestrator.LocalHost.Functions;
using Orchestrator.LocalHost.History;
using Orchestrator.LocalHost.Hosting;
using Orchestrator.LocalHost.Http;
using Orchestrator.LocalHost.Journal;
using Orchestrator.LocalHost.Runtime;
using Orchestrator.Storage;
using Orchestrator.Testing;
using Orchestrator.Workflows.Serialization;

namespace Orchestrator.Functions.Tests;

/// <summary>The functions app on the embedded host as the command sets it up, over a clock that a test moves and sets.</summary>
internal sealed class TimedHost : IAsyncDisposable
{
    private readonly ServiceProvider _services;
    private readonly LocalDurableHost _host;

    private TimedHost(ServiceProvider services, LocalDurableHost host) => (_services, _host) = (services, host);

    /// <param name="content">The store; null means one of its own.</param>
    /// <param name="journal">The histories; null means that they are forgotten with the host.</param>
    /// <param name="stopTimeout">How long the steps in flight have when the host stops.</param>
    public static async Task<TimedHost> StartAsync(
        SteppedTimeProvider machine, IChatClientFactory models, int lanes, IContentStore? content = null, IJournal? journal = null,
        TimeSpan stopTimeout = default)
    {
        var clock = new SteadyClock(machine);
        var services = new ServiceCollection()
            .AddSingleton(models)
            .AddSingleton<TimeProvider>(clock)
            .AddLocalHttp()
            .AddSingleton<IContentStore>(content ?? new MemoryContentStore())
            .AddOrchestrator(new OrchestratorOptions(), claims: new MemoryContentStore())
            .BuildServiceProvider();
        var host = await LocalDurableHost.StartAsync(builder =>
        {
            builder.TimeProvider = clock;
            builder.Services = services;
            builder.DataConverter = new JsonDataConverter(WorkflowJson.Compact);
            builder.Journal = journal;
            builder.Options.StopTimeout = stopTimeout;
            builder.Options.OnStopping = services.GetRequiredService<HostStop>().Announce;
            builder.Options.MaxConcurrentActivityFunctions = lanes;
            foreach (var name in FunctionNames.Steering)
            {
                builder.Options.SteeringActivities.Add(name);
            }

            builder.AddFunctions(FunctionCatalog.Discover(typeof(OrchestratorServices).Assembly));
        });
        return new TimedHost(services, host);
    }

    public Task StartRunAsync(string definition) => _services.GetRequiredService<RunStarter>().StartAsync(
        _host.Client, new StartRequest { RunId = "run", Definition = Encoding.UTF8.GetBytes(definition), Inputs = [] }, CancellationToken.None);

    /// <summary>Completes when a durable timer has been asked for so many times.</summary>
    public async Task WhenTimersCreatedAsync(int count)
    {
        while (await _host.ReadHistoryAsync("run").OfType<TimerCreated>().CountAsync() < count)
        {
            await Task.Yield();
        }
    }

    public IAsyncEnumerable<HistoryEvent> ReadHistoryAsync() => _host.ReadHistoryAsync("run");

    public Task StopAsync() => _host.StopAsync();

    /// <summary>The run, once it has ended.</summary>
    public async Task<RunDocument> EndAsync()
    {
        await _host.Client.WaitForInstanceCompletionAsync("run", CancellationToken.None).WaitAsync(TimeSpan.FromSeconds(60));
        return await FindAsync();
    }

    public async Task<RunDocument> FindAsync() => (await _services.GetRequiredService<RunReader>().FindAsync("run", CancellationToken.None))!;

    public async ValueTask DisposeAsync()
    {
        await _host.DisposeAsync();
        await _services.DisposeAsync();
    }
}
