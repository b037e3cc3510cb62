using System.Collections.Concurrent;
using Microsoft.DurableTask.Client;
using Microsoft.DurableTask.Converters;
using Microsoft.Extensions.Configuration;
using Microsoft.Extensions.DependencyInjection;
using Microsoft.Extensions.Logging;
using Orchestrator.Activities;
using Orchestrator.Activities.Models;
using Orchestrator.Activities.Prompts;
using Orchestrator.Activities.Resuming;
using Orchestrator.Activities.Runs;
using Orchestrator.Activities.Steps;
using Orchestrator.Activities.Stores;
using Orchestrator.Cli.Output;
using Orchestrator.Functions;
using Orchestrator.Functions.Orchestrations;
using Orchestrator.Functions.Runs;
using Orchestrator.Functions.Telemetry;
using Orchestrator.LocalHost.Functions;
using Orchestrator.LocalHost.History;
using Orchestrator.LocalHost.Hosting;
using Orchestrator.LocalHost.Http;
using Orchestrator.LocalHost.Journal;
using Orchestrator.LocalHost.Runtime;
using Orchestrator.LocalHost.Settings;
using Orchestrator.Workflows.Runs;
using Orchestrator.Workflows.Serialization;

namespace Orchestrator.Cli.Hosting;

/// <summary>The functions app on the embedded host: what <c>run</c> and <c>serve</c> start.</summary>
internal sealed class LocalApp : IAsyncDisposable
{
    /// <summary>Interval between looks for runs whose process has ended.</summary>
    private static readonly TimeSpan TakeoverInterval = TimeSpan.FromSeconds(3);

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

    /// <summary>Whether runs outlive this process.</summary>
    public required bool IsKept { get; init; }

    /// <summary>Who answers for models that are not asked by the name of the simulated one, as the end of a sentence.</summary>
    public required string Answers { get; init; }

    /// <summary>The unfinished runs that this process was to go on with and did not, since they ask a model for which nothing answers: each with the reason.</summary>
    public required IReadOnlyDictionary<string, string> Unanswered { get; init; }

    /// <summary>Where runs are written.</summary>
    public required WatchedContentStore Content { get; init; }

    /// <summary>Maximum time that steps in flight have for their end when the process is asked to stop.</summary>
    public required TimeSpan StopTimeout { get; init; }

    public DurableTaskClient Client => _host.Client;

    public IServiceProvider Services => _services;

    /// <summary>How many steps are executed now.</summary>
    public int RunningSteps => _host.RunningActivities;

    /// <summary>The durable events of an instance's current execution; none when it is unknown.</summary>
    public IAsyncEnumerable<HistoryEvent> ReadHistoryAsync(string instanceId, CancellationToken cancellationToken) =>
        _host.ReadHistoryAsync(instanceId, cancellationToken);

    /// <summary>Starts the app over its storage. A folder is shared with other processes; an account is this process's own until the app is disposed.</summary>
    /// <exception cref="JournalException">Another process runs workflows in the account, or the folder or the account cannot be used.</exception>
    /// <exception cref="ContentStoreException">The folder cannot be written, or the setting of the storage account cannot be used.</exception>
    /// <exception cref="ModelConfigurationException">The environment variables of models or prices cannot be used.</exception>
    public static async Task<LocalApp> StartAsync(LocalAppSettings settings, CancellationToken cancellationToken)
    {
        var time = new SteadyClock(TimeProvider.System);
        var host = HostSettings.Load(version: OrchestrationVersion.Current);
        var services = new ServiceCollection();
        services.AddSingleton<TimeProvider>(time);
        var configuration = new ConfigurationBuilder().AddEnvironmentVariables().Build();
        services.AddModelProviders(configuration);
        var (options, answers) = LocalAppOptions.Of(settings, configuration);
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
                logging.AddProvider(new PlainLog(new ShownText(Console.Error), settings.Storage));

                // That the server does not start is told by the command, with what to do.
                logging.AddFilter("Microsoft.Extensions.Hosting", LogLevel.None);
            }

            host.ApplyTo(logging);
        });
        TelemetryExport.Add(services, configuration);
        services.AddLocalHttp();
        var watched = new WatchedContentStore(content, time);
        services.AddContentStore(_ => watched);
        LocalDurableHost? runtime = null;
        services.AddSingleton(settings.Storage.Drivers with
        {
            GoOnAsync = (run, token) => runtime!.GoOnAsync(run.InstanceId, token),
            FindUnresponsive = run => runtime!.FindUnresponsive(run.InstanceId) is { } owner ? new DriverProcess(owner.ToString(), owner.EndCommand) : null,
        });
        if (settings.Prompts is not null)
        {
            services.AddSingleton<IPromptSource>(new PromptFolder(settings.Prompts));
        }

        // One process drives a run at a time, so a claim on an attempt need not outlive it: the next one would only wait until it expires.
        services.AddOrchestrator(options, new MemoryContentStore());
        var provider = services.BuildServiceProvider();
        try
        {
            LocalTelemetry.Start(provider);
            var unanswered = new ConcurrentDictionary<string, string>(StringComparer.Ordinal);
            var functions = FunctionCatalog.Discover(typeof(OrchestratorServices).Assembly);
            runtime = await LocalDurableHost.StartAsync(
                builder =>
                {
                    builder.Journal = journal;
                    builder.TimeProvider = time;
                    builder.Services = provider;
                    builder.DataConverter = new JsonDataConverter(WorkflowJson.Compact);
                    builder.LoggerFactory = provider.GetRequiredService<ILoggerFactory>();
                    builder.Options.Recovers = (instanceId, token) => ContinuesAsync(provider, instanceId, settings, unanswered, token);
                    builder.Options.TakeoverInterval = settings.Continues is null ? null : TakeoverInterval;
                    host.ApplyTo(builder.Options);
                    builder.Options.OnVersionMismatch = _ => provider.GetRequiredService<UpgradeTimer>().Look();
                    builder.Options.StopTimeout = options.StopTimeout;
                    builder.Options.OnStopping = provider.GetRequiredService<HostStop>().Announce;
                    foreach (var steering in FunctionNames.Steering)
                    {
                        builder.Options.SteeringActivities.Add(steering);
                    }

                    builder.AddFunctions(functions);
                },

                // Steps of unfinished runs are in flight from here on: a start during which a signal comes is finished, and then stopped in order.
                CancellationToken.None);
            return new LocalApp(provider, runtime, journal, functions, host, settings.Storage.Describe(content))
            {
                IsKept = settings.Storage.Kind != StorageKind.Memory,
                Answers = answers,
                Unanswered = unanswered,
                Content = watched,
                StopTimeout = options.StopTimeout,
            };
        }
        catch
        {
            await journal.DisposeAsync();
            await provider.DisposeAsync();
            throw;
        }
    }

    /// <summary>Starts nothing more, and lets steps in flight end within the setting's time. Unfinished runs go on at the next start.</summary>
    /// <param name="abort">Aborts the steps in flight at once. An answer that is complete is recorded all the same.</param>
    public Task StopAsync(CancellationToken abort = default) => _host.StopAsync(abort);

    /// <summary>The ids of the unfinished runs that this process drives, in their order.</summary>
    public IReadOnlyList<string> Driven => RunIds(_host.Driven);

    /// <summary>The ids of the unfinished runs that no process drives, since this one was not to go on with them, in their order.</summary>
    public IReadOnlyList<string> Left(StateStorage where) => RunIds(_host.Left.Where(instance => where.FindHolder(instance) is null));

    /// <summary>Goes on with an unfinished run that no process drives.</summary>
    /// <returns>Who drives it instead, in words; null when it goes on here, has ended, or was never scheduled.</returns>
    public Task<string?> GoOnAsync(RunInput run, CancellationToken cancellationToken) => _host.GoOnAsync(run.InstanceId, cancellationToken);

    private static IReadOnlyList<string> RunIds(IEnumerable<string> instances) => [.. instances.Select(RunOf).Distinct(StringComparer.Ordinal).Order(StringComparer.Ordinal)];

    private static string RunOf(string instance) => instance.Split('.')[0];

    private static async Task<bool> ContinuesAsync(
        IServiceProvider services, string instance, LocalAppSettings settings, ConcurrentDictionary<string, string> unanswered, CancellationToken cancellationToken)
    {
        var runId = RunOf(instance);
        if (settings.Storage.Kind != StorageKind.Files && settings.Runs.Contains(runId))
        {
            return true;
        }

        if (settings.Continues is not { } continues)
        {
            return false;
        }

        try
        {
            var runs = services.GetRequiredService<RunStore>();
            var record = await runs.FindAsync(runId, cancellationToken);
            if (!continues(record))
            {
                return false;
            }

            if (unanswered.ContainsKey(runId) && record is { HasEnded: false })
            {
                return false;
            }

            if (record is not { HasEnded: false } || await runs.FindPreparedAsync(record, record.Attempt, cancellationToken) is not { } run
                || Unanswerable(run, services.GetRequiredService<IChatClientFactory>()) is not { } problem)
            {
                return true;
            }

            // The run would fail at once; a start that asks such a model is refused, too.
            unanswered[runId] = problem;
            return false;
        }
        catch (UnreadableRecordException)
        {
            // A record that cannot be read does not say whether the run has a foreground caller.
            return false;
        }
    }

    /// <summary>Why a model that the run may ask cannot be asked; null when all can.</summary>
    private static string? Unanswerable(PreparedRun run, IChatClientFactory models)
    {
        foreach (var model in run.Mocks is null ? run.StepsToExecute().SelectMany(step => step.Models).Distinct(StringComparer.Ordinal) : [])
        {
            try
            {
                _ = models.Create(model);
            }
            catch (ModelException problem) when (problem.Error.Kind == ErrorKind.Unavailable)
            {
                return problem.Error.Message;
            }
        }

        return null;
    }

    public async ValueTask DisposeAsync()
    {
        await StopAsync();
        await LocalTelemetry.StopAsync(_services);
        await _services.DisposeAsync();
    }
}
