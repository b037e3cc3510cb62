using Microsoft.Extensions.Configuration;
using Microsoft.Extensions.DependencyInjection;
using Microsoft.Extensions.Logging;
using OpenTelemetry.Logs;
using OpenTelemetry.Metrics;
using OpenTelemetry.Trace;
using Orchestrator.Activities;
using Orchestrator.Activities.Catalog.Prompts;
using Orchestrator.Activities.Models;
using Orchestrator.Cli.Output;
using Orchestrator.Cli.State;
using Orchestrator.Functions;
using Orchestrator.Functions.Application;
using Orchestrator.Functions.Orchestrations;
using Orchestrator.Functions.Telemetry;
using Orchestrator.LocalHost.Hosting;
using Orchestrator.LocalHost.Http;
using Orchestrator.LocalHost.Runtime;
using Orchestrator.LocalHost.Settings;
using Orchestrator.Storage;

namespace Orchestrator.Cli.Hosting;

/// <summary>Composes the services of the local app from host.json, the environment and the command's settings.</summary>
internal sealed class LocalAppServices
{
    /// <summary>
    /// How long the end of a command waits until the remaining telemetry is sent, in milliseconds. The default of a generic host is longer.
    /// </summary>
    private const int TelemetryStopTimeoutMs = 2_000;

    private readonly ServiceCollection _services = new();
    private readonly LocalAppSettings _settings;
    private readonly IConfiguration _configuration = new ConfigurationBuilder().AddEnvironmentVariables().Build();

    /// <summary>Reads all settings, so that a wrong one is reported before anything is opened.</summary>
    /// <exception cref="UsageException">A setting of the app is wrong.</exception>
    /// <exception cref="HostSettingsException">host.json is wrong.</exception>
    /// <exception cref="ModelConfigurationException">The environment variables of models or prices are wrong.</exception>
    public LocalAppServices(LocalAppSettings settings)
    {
        _settings = settings;
        HostSettings = HostSettings.Load(version: OrchestrationVersion.Current);
        _services.AddModelProviders(_configuration);
        (Options, Models) = settings.ReadOptions(_configuration);
    }

    /// <summary>The settings of host.json.</summary>
    public HostSettings HostSettings { get; }

    /// <summary>The app's settings.</summary>
    public OrchestratorOptions Options { get; }

    /// <summary>What answers for models that are not simulated by name (<see cref="LocalAppSettings.ReadOptions"/>); null for nothing.</summary>
    public string? Models { get; }

    /// <summary>The clock of the app.</summary>
    public TimeProvider Time { get; } = new SteadyClock(TimeProvider.System);

    /// <summary>Builds the services and starts to send telemetry when it is configured. Call it once.</summary>
    /// <param name="host">The host of the app, which starts after its services were built.</param>
    public ServiceProvider Build(IContentStore content, Func<LocalDurableHost> host)
    {
        _services.AddSingleton(Time);
        _services.AddLogging(AddLogging);
        TelemetryExport.Add(_services, _configuration);
        _services.AddLocalHttp();
        _services.AddContentStore(_ => content);
        _services.AddSingleton(_settings.Storage.Drivers with
        {
            ContinueAsync = (run, token) => host().RecoverInstanceAsync(run.InstanceId, token),
            IsOfAnotherVersionAsync = (run, token) => host().IsOfAnotherVersionAsync(run.InstanceId, token),
            FindUnresponsive = run => host().FindUnresponsive(run.InstanceId) is { } owner
                ? new DriverProcess(owner.ToString(), owner.EndCommand)
                : null,
        });
        if (_settings.Prompts is not null)
        {
            _services.AddSingleton<IPromptSource>(new PromptFolder(_settings.Prompts));
        }

        // One process drives a run at a time, so its claims on attempts are void when it has ended: in a store the next process would wait until they
        // expire.
        _services.AddOrchestrator(Options, claims: new MemoryContentStore());
        var provider = _services.BuildServiceProvider();
        provider.GetRequiredService<TelemetryExport>().Warn(provider.GetRequiredService<ILogger<TelemetryExport>>());

        // The SDK's providers listen from their creation on.
        _ = provider.GetService<TracerProvider>();
        _ = provider.GetService<MeterProvider>();
        return provider;
    }

    /// <summary>Sends the remaining telemetry and disposes the services. What a collector does not take within two seconds is lost.</summary>
    public static async Task StopAsync(ServiceProvider services)
    {
        await Task.WhenAll(
            Task.Run(() => services.GetService<TracerProvider>()?.Shutdown(TelemetryStopTimeoutMs)),
            Task.Run(() => services.GetService<MeterProvider>()?.Shutdown(TelemetryStopTimeoutMs)),
            Task.Run(() => services.GetService<LoggerProvider>()?.Shutdown(TelemetryStopTimeoutMs)));
        await services.DisposeAsync();
    }

    private void AddLogging(ILoggingBuilder logging)
    {
        if (_settings.Verbose)
        {
            logging.AddConsole(console => console.LogToStandardErrorThreshold = LogLevel.Trace);
        }
        else
        {
            logging.AddProvider(new PlainLog(new ShownText(Console.Error), _settings.Storage));

            // The command itself reports that the server does not start, with what to do.
            logging.AddFilter("Microsoft.Extensions.Hosting", LogLevel.None);
        }

        HostSettings.ApplyTo(logging);
    }
}

/// <summary>Prints log entries from level Warning on, one line each, without stack traces: the log without <c>--verbose</c>. Thread-safe.</summary>
/// <param name="where">The storage of the command, for the commands that entries suggest.</param>
internal sealed class PlainLog(TextWriter output, StateStorage where) : ILoggerProvider, ILogger
{
    private readonly TextWriter _output = TextWriter.Synchronized(output);

    public ILogger CreateLogger(string categoryName) => this;

    public bool IsEnabled(LogLevel logLevel) => logLevel is >= LogLevel.Warning and < LogLevel.None;

    public IDisposable? BeginScope<TState>(TState state)
        where TState : notnull => null;

    public void Log<TState>(LogLevel logLevel, EventId eventId, TState state, Exception? exception, Func<TState, Exception?, string> formatter)
    {
        if (!IsEnabled(logLevel))
        {
            return;
        }

        var text = formatter(state, exception);
        var reason = exception is null || text.Contains(exception.Message, StringComparison.Ordinal) ? "" : $" {exception.Message}";
        try
        {
            var line = $"{(logLevel == LogLevel.Warning ? "Warning" : "Error")}: {text}{reason}".ReplaceLineEndings(" ");
            _output.WriteLine(NextCommand.Complete(line, where));
        }
        catch (IOException)
        {
            // The terminal was closed. The code that logs must not fail for that.
        }
    }

    public void Dispose()
    {
    }
}
