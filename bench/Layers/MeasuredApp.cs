using Microsoft.DurableTask.Client;
using Microsoft.DurableTask.Converters;
using Microsoft.Extensions.DependencyInjection;
using Microsoft.Extensions.Logging;
using Orchestrator.Activities.Stores;
using Orchestrator.Functions;
using Orchestrator.Functions.Orchestrations;
using Orchestrator.LocalHost.Functions;
using Orchestrator.LocalHost.Hosting;
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

    public IServiceProvider Services => _services;

    public T Get<T>()
        where T : notnull => _services.GetRequiredService<T>();

    /// <summary>Over the files of a folder.</summary>
    public static Task<MeasuredApp> StartAsync(string state) => StartAsync(
        FileJournal.Open(Path.Combine(state, "journal"), TimeProvider.System), new FileContentStore(state, TimeProvider.System));

    /// <param name="histories">The app closes it.</param>
    /// <param name="more">Adds other orchestrators and activities; null for none.</param>
    public static async Task<MeasuredApp> StartAsync(IJournal histories, IContentStore content, Action<LocalDurableHostBuilder>? more = null)
    {
        var journal = new CountingJournal(histories);
        var store = new CountingStore(content);

        // One process drives a run, as in LocalApp: claims need not outlive it.
        var provider = Provide(store, new MemoryContentStore());
        var functions = FunctionCatalog.Discover(typeof(OrchestratorServices).Assembly);
        var host = await LocalDurableHost.StartAsync(builder =>
        {
            builder.Journal = journal;
            builder.Services = provider;
            builder.DataConverter = new JsonDataConverter(WorkflowJson.Compact);
            builder.LoggerFactory = provider.GetRequiredService<ILoggerFactory>();
            builder.Options.MaxConcurrentActivityFunctions = Slots;
            foreach (var steering in FunctionNames.Steering)
            {
                builder.Options.SteeringActivities.Add(steering);
            }

            builder.AddFunctions(functions);
            more?.Invoke(builder);
        });
        return new MeasuredApp(provider, host, store, journal);
    }

    /// <summary>The app's services for any engine.</summary>
    /// <param name="claims">Null: with the content, as on the Functions host.</param>
    public static ServiceProvider Provide(IContentStore content, IContentStore? claims = null)
    {
        var services = new ServiceCollection();
        services.AddLogging(logging => logging.SetMinimumLevel(LogLevel.None));
        services.AddLocalHttp();
        services.AddSingleton(content);
        services.AddOrchestrator(new OrchestratorOptions { Model = "simulated" }, claims);
        return services.BuildServiceProvider();
    }

    public async ValueTask DisposeAsync()
    {
        await _host.DisposeAsync();
        await _services.DisposeAsync();
    }
}
