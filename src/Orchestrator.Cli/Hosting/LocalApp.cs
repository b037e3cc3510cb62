using Microsoft.DurableTask.Client;
using Microsoft.DurableTask.Converters;
using Microsoft.Extensions.DependencyInjection;
using Microsoft.Extensions.Logging;
using Orchestrator.Activities.Execution;
using Orchestrator.Activities.Runs;
using Orchestrator.Cli.State;
using Orchestrator.Functions.Orchestrations;
using Orchestrator.LocalHost.Functions;
using Orchestrator.LocalHost.History;
using Orchestrator.LocalHost.Hosting;
using Orchestrator.LocalHost.Journal;
using Orchestrator.LocalHost.Settings;
using Orchestrator.Storage;
using Orchestrator.Workflows.Serialization;

namespace Orchestrator.Cli.Hosting;

/// <summary>The functions app on the embedded host, as the commands and the benchmarks start it. Thread-safe.</summary>
internal sealed class LocalApp : IAsyncDisposable
{
    /// <summary>How often the app looks for runs whose process has ended.</summary>
    private static readonly TimeSpan TakeoverInterval = TimeSpan.FromSeconds(3);

    private readonly ServiceProvider _services;
    private readonly LocalDurableHost _host;
    private readonly UnfinishedRuns _unfinished;
    private readonly StateStorage _storage;
    private readonly IContentStore _store;

    private LocalApp(ServiceProvider services, LocalDurableHost host, UnfinishedRuns unfinished, StateStorage storage, IContentStore store)
    {
        _services = services;
        _host = host;
        _unfinished = unfinished;
        _storage = storage;
        _store = store;
    }

    /// <summary>Completes when this process has lost the journal to another one: its runs make no progress from then on.</summary>
    public required Task<JournalException> Lost { get; init; }

    /// <summary>The settings of host.json.</summary>
    public required HostSettings Settings { get; init; }

    /// <summary>The functions of the app.</summary>
    public required FunctionCatalog Functions { get; init; }

    /// <summary>What answers for models that are not simulated by name, as the end of a sentence; null for nothing.</summary>
    public required string? Models { get; init; }

    /// <summary>The content store of the runs.</summary>
    public required WatchedContentStore Content { get; init; }

    /// <summary>How long steps in flight may take to end when the app is stopped.</summary>
    public required TimeSpan StopTimeout { get; init; }

    /// <summary>The location of the storage, for messages.</summary>
    public string Location => _storage.Describe(_store);

    /// <summary>Whether runs outlive this process: false in memory.</summary>
    public bool IsDurable => _storage.Kind != StorageKind.Memory;

    /// <summary>The client of the embedded host.</summary>
    public DurableTaskClient Client => _host.Client;

    /// <summary>The container of the app; disposed with it.</summary>
    public IServiceProvider Services => _services;

    /// <summary>The number of steps that are executing.</summary>
    public int RunningSteps => _host.RunningActivities;

    /// <summary>The ids of the unfinished runs that this process drives, in ordinal order.</summary>
    public IReadOnlyList<string> Driven => UnfinishedRuns.RunIds(_host.Driven);

    /// <summary>The runs that are not continued because no provider, or another kind of model, would answer, each with the reason.</summary>
    public IReadOnlyDictionary<string, string> WithoutModel => _unfinished.WithoutModel;

    /// <inheritdoc cref="UnfinishedRuns.Unreadable"/>
    public IReadOnlyDictionary<string, string> Unreadable => _unfinished.Unreadable;

    /// <summary>
    /// Starts the app over its storage. Other processes may use the same folder; an account is this process's own until the app is disposed.
    /// </summary>
    /// <exception cref="UsageException">A setting of the app is wrong.</exception>
    /// <exception cref="HostSettingsException">host.json is wrong.</exception>
    /// <exception cref="Activities.Models.ModelConfigurationException">The environment variables of models or prices are wrong.</exception>
    /// <exception cref="JournalException">Another process runs workflows in the account, or the folder or the account cannot be used.</exception>
    /// <exception cref="ContentStoreException">The folder cannot be written, or the setting of the storage account is wrong.</exception>
    public static async Task<LocalApp> StartAsync(LocalAppSettings settings, CancellationToken cancellationToken)
    {
        var services = new LocalAppServices(settings);
        var log = settings.Storage.OpenLog();
        var journal = await settings.Storage.OpenJournalAsync(log, cancellationToken);
        return await StartAsync(settings, services, journal, () => settings.Storage.OpenContent(forRuns: true, log), configure: null);
    }

    /// <summary>Starts the app over a journal and a store that the caller has opened, for benchmarks.</summary>
    /// <param name="journal">The app closes it, also when the start fails.</param>
    /// <param name="configure">Adds orchestrators and activities beside the app's.</param>
    public static Task<LocalApp> StartAsync(
        LocalAppSettings settings, IJournal journal, IContentStore content, Action<LocalDurableHostBuilder> configure) =>
        StartAsync(settings, new LocalAppServices(settings), journal, () => content, configure);

    /// <summary>
    /// Starts no more steps, and waits until the steps in flight have ended, at most <see cref="StopTimeout"/>. Unfinished runs stay unfinished.
    /// </summary>
    /// <param name="abort">Aborts the steps in flight at once. An answer that is complete by then is recorded all the same.</param>
    public Task StopAsync(CancellationToken abort = default) => _host.StopAsync(abort);

    /// <summary>The ids of the unfinished runs that no process drives, in ordinal order.</summary>
    public IReadOnlyList<string> FindUndriven() => UnfinishedRuns.RunIds(_host.NotRecovered.Where(instance => _storage.FindHolder(instance) is null));

    /// <summary>Continues an unfinished run that no process drives.</summary>
    /// <returns>
    /// The process that drives it already, as a phrase; null when this process drives it, or when it has ended or was never scheduled.
    /// </returns>
    public Task<string?> ContinueAsync(RunInput run, CancellationToken cancellationToken) =>
        _host.RecoverInstanceAsync(run.InstanceId, cancellationToken);

    /// <summary>Whether another version of orchestrator began the attempt: continuing it executes nothing, and interrupts the run.</summary>
    public Task<bool> IsOfAnotherVersionAsync(RunInput run, CancellationToken cancellationToken) =>
        _host.IsOfAnotherVersionAsync(run.InstanceId, cancellationToken);

    /// <summary>The durable events of an instance's current execution; empty when it is unknown.</summary>
    public IAsyncEnumerable<HistoryEvent> ReadHistoryAsync(string instanceId, CancellationToken cancellationToken) =>
        _host.ReadHistoryAsync(instanceId, cancellationToken);

    /// <summary>Stops the app like <see cref="StopAsync"/>, and sends the remaining telemetry.</summary>
    public async ValueTask DisposeAsync()
    {
        await StopAsync();
        await LocalAppServices.StopAsync(_services);
    }

    private static async Task<LocalApp> StartAsync(
        LocalAppSettings settings,
        LocalAppServices services,
        IJournal journal,
        Func<IContentStore> openContent,
        Action<LocalDurableHostBuilder>? configure)
    {
        ServiceProvider? provider = null;
        try
        {
            var content = openContent();
            var watched = new WatchedContentStore(content, services.Time);
            LocalDurableHost? host = null;
            provider = services.Build(watched, () => host!);
            var functions = await StartAhead.FindFunctionsAsync();
            var unfinished = new UnfinishedRuns(settings, provider);
            host = await LocalDurableHost.StartAsync(
                builder =>
                {
                    builder.Journal = journal;
                    builder.TimeProvider = services.Time;
                    builder.Services = provider;
                    builder.DataConverter = new JsonDataConverter(WorkflowJson.Compact);
                    builder.LoggerFactory = provider.GetRequiredService<ILoggerFactory>();
                    services.HostSettings.ApplyTo(builder.Options);
                    builder.Options.Recovers = unfinished.ContinuesAsync;
                    builder.Options.TakeoverInterval = settings.Continues is null ? null : TakeoverInterval;
                    builder.Options.OnVersionMismatch = _ => provider.GetRequiredService<UpgradeTimer>().Look();
                    builder.Options.StopTimeout = services.Options.StopTimeout;
                    builder.Options.OnStopping = provider.GetRequiredService<HostStop>().Announce;
                    foreach (var steering in FunctionNames.Steering)
                    {
                        builder.Options.SteeringActivities.Add(steering);
                    }

                    builder.AddFunctions(functions);
                    configure?.Invoke(builder);
                },

                // Steps of unfinished runs are in flight from here on, so a signal during the start must not abort it: the command stops the app
                // afterwards.
                CancellationToken.None);
            unfinished.HasStarted = true;
            return new LocalApp(provider, host, unfinished, settings.Storage, content)
            {
                Lost = journal.Lost,
                Settings = services.HostSettings,
                Functions = functions,
                Models = services.Models,
                Content = watched,
                StopTimeout = services.Options.StopTimeout,
            };
        }
        catch
        {
            await journal.DisposeAsync();
            if (provider is not null)
            {
                await provider.DisposeAsync();
            }

            throw;
        }
    }
}
