using Microsoft.DurableTask.Client;
using Microsoft.DurableTask.Converters;
using Microsoft.Extensions.DependencyInjection;
using Microsoft.Extensions.Logging;
using Orchestrator.Activities.Stores;
using Orchestrator.Functions;
using Orchestrator.LocalHost;
using Orchestrator.LocalHost.Functions;
using Orchestrator.LocalHost.Http;
using Orchestrator.LocalHost.Journal;
using Orchestrator.LocalHost.Settings;
using Orchestrator.Workflows.Serialization;

namespace Orchestrator.Bench.Layers;

/// <summary>The functions app on the embedded host as <c>orchestrator run</c> starts it (LocalApp), with counters around its store and journal.</summary>
internal sealed class MeasuredApp : IAsyncDisposable
{
    private readonly ServiceProvider _services;
    private readonly LocalDurableHost _host;

    private MeasuredApp(ServiceProvider services, LocalDurableHost host, CountingStore store, CountingJournal journal)
    {
        _services = services;
        _host = host;
        Store = store;
        Journal = journal;
    }

    public CountingStore Store { get; }

    public CountingJournal Journal { get; }

    /// <summary>Activities that the host executes at one time: the other limit beside a run's own.</summary>
    public static int Slots { get; } = HostSettings.Load().MaxConcurrentActivityFunctions ?? 64;

    public DurableTaskClient Client => _host.Client;

    public T Get<T>()
        where T : notnull => _services.GetRequiredService<T>();

    public static async Task<MeasuredApp> StartAsync(string state)
    {
        var time = TimeProvider.System;
        var journal = new CountingJournal(FileJournal.Open(Path.Combine(state, "journal"), time));
        var store = new CountingStore(new FileContentStore(state, time));
        var services = new ServiceCollection();
        services.AddLogging(logging => logging.SetMinimumLevel(LogLevel.None));
        services.AddLocalHttp();
        services.AddSingleton<IContentStore>(store);
        services.AddOrchestrator(new OrchestratorOptions { Model = "simulated" }, claims: new MemoryContentStore());
        var provider = services.BuildServiceProvider();
        var functions = FunctionCatalog.Discover(typeof(OrchestratorServices).Assembly);
        var host = await LocalDurableHost.StartAsync(builder =>
        {
            builder.Journal = journal;
            builder.TimeProvider = time;
            builder.Services = provider;
            builder.DataConverter = new JsonDataConverter(WorkflowJson.Compact);
            builder.LoggerFactory = provider.GetRequiredService<ILoggerFactory>();
            builder.Options.MaxConcurrentActivityFunctions = Slots;
            builder.AddFunctions(functions);
        });
        return new MeasuredApp(provider, host, store, journal);
    }

    public async ValueTask DisposeAsync()
    {
        await _host.DisposeAsync();
        await _services.DisposeAsync();
    }
}
