using Microsoft.DurableTask.Client;
using Microsoft.DurableTask.Converters;
using Microsoft.Extensions.Configuration;
using Microsoft.Extensions.DependencyInjection;
using Microsoft.Extensions.Logging;
using Orchestrator.Activities;
using Orchestrator.Activities.Models;
using Orchestrator.Activities.Prompts;
using Orchestrator.Activities.Stores;
using Orchestrator.Functions;
using Orchestrator.LocalHost;
using Orchestrator.LocalHost.Functions;
using Orchestrator.LocalHost.History;
using Orchestrator.LocalHost.Http;
using Orchestrator.LocalHost.Journal;
using Orchestrator.LocalHost.Settings;
using Orchestrator.Workflows.Serialization;

namespace Orchestrator.Cli.Hosting;

/// <summary>The functions app on the embedded host: what <c>run</c> and <c>serve</c> start.</summary>
internal sealed class LocalApp : IAsyncDisposable
{
    private readonly ServiceProvider _services;
    private readonly LocalDurableHost _host;

    private LocalApp(ServiceProvider services, LocalDurableHost host, IJournal journal, FunctionCatalog functions, HostSettings settings, string place)
    {
        _services = services;
        _host = host;
        Lost = journal.Lost;
        Functions = functions;
        Settings = settings;
        Place = place;
    }

    /// <summary>Completes when another process may go on with the runs: in this one they stand still from then on.</summary>
    public Task<JournalException> Lost { get; }

    /// <summary>What host.json says.</summary>
    public HostSettings Settings { get; }

    public FunctionCatalog Functions { get; }

    /// <summary>Where everything is kept, in words.</summary>
    public string Place { get; }

    public DurableTaskClient Client => _host.Client;

    public IServiceProvider Services => _services;

    /// <summary>The durable events of an instance's current execution; none when it is unknown.</summary>
    public IAsyncEnumerable<HistoryEvent> ReadHistoryAsync(string instanceId, CancellationToken cancellationToken) =>
        _host.ReadHistoryAsync(instanceId, cancellationToken);

    /// <summary>Starts the app over its storage, which other processes may look at, but not run workflows in, until the app is disposed.</summary>
    /// <exception cref="JournalException">Another process runs workflows there, or the folder or the account cannot be used.</exception>
    /// <exception cref="ContentStoreException">The folder cannot be written, or the setting of the storage account cannot be used.</exception>
    /// <exception cref="ModelConfigurationException">The environment variables of models or prices cannot be used.</exception>
    public static async Task<LocalApp> StartAsync(LocalAppSettings settings, CancellationToken cancellationToken)
    {
        var time = TimeProvider.System;
        var host = HostSettings.Load();
        var services = new ServiceCollection();
        services.AddModelProviders(new ConfigurationBuilder().AddEnvironmentVariables().Build());
        var journal = await settings.Storage.OpenJournalAsync(cancellationToken);
        IContentStore content;
        try
        {
            content = settings.Storage.OpenContent(forRuns: true);
        }
        catch
        {
            await journal.DisposeAsync();
            throw;
        }

        services.AddLogging(logging =>
        {
            if (settings.Verbose)
            {
                logging.AddConsole(console => console.LogToStandardErrorThreshold = LogLevel.Trace);
            }
            else
            {
                logging.AddProvider(new PlainLog(Console.Error));
            }

            host.ApplyTo(logging);
        });
        services.AddLocalHttp();
        services.AddContentStore(_ => content);
        if (settings.Prompts is not null)
        {
            services.AddSingleton<IPromptSource>(new PromptFolder(settings.Prompts));
        }

        // One process owns the journal, so a claim on an attempt need not outlive it: the next one would only wait until it expires.
        services.AddOrchestrator(settings.Options, new MemoryContentStore());
        var provider = services.BuildServiceProvider();
        try
        {
            var functions = FunctionCatalog.Discover(typeof(OrchestratorServices).Assembly);
            var runtime = await LocalDurableHost.StartAsync(
                builder =>
                {
                    builder.Journal = journal;
                    builder.TimeProvider = time;
                    builder.Services = provider;
                    builder.DataConverter = new JsonDataConverter(WorkflowJson.Compact);
                    builder.LoggerFactory = provider.GetRequiredService<ILoggerFactory>();
                    builder.Options.Recovers = settings.Recovers;
                    builder.Options.MaxConcurrentActivityFunctions =
                        host.MaxConcurrentActivityFunctions ?? builder.Options.MaxConcurrentActivityFunctions;
                    builder.Options.HubName = host.HubName ?? builder.Options.HubName;
                    builder.AddFunctions(functions);
                },
                cancellationToken);
            return new LocalApp(provider, runtime, journal, functions, host, settings.Storage.Describe(content));
        }
        catch
        {
            await journal.DisposeAsync();
            await provider.DisposeAsync();
            throw;
        }
    }

    public async ValueTask DisposeAsync()
    {
        await _host.DisposeAsync();
        await _services.DisposeAsync();
    }
}
