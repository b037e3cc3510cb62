using Microsoft.Extensions.DependencyInjection;
using Microsoft.Extensions.Logging;
using OpenTelemetry.Logs;
using OpenTelemetry.Metrics;
using OpenTelemetry.Trace;
using Orchestrator.Functions.Telemetry;

namespace Orchestrator.Cli.Hosting;

/// <summary>Starts and stops sending telemetry, which elsewhere a generic host does.</summary>
internal static class LocalTelemetry
{
    /// <summary>How long a command waits for the rest to be sent, in milliseconds.</summary>
    private const int StopTimeoutMs = 2_000;

    public static void Start(IServiceProvider services)
    {
        services.GetRequiredService<TelemetryExport>().Warn(services.GetRequiredService<ILogger<TelemetryExport>>());

        // They listen from when they are made.
        _ = services.GetService<TracerProvider>();
        _ = services.GetService<MeterProvider>();
    }

    /// <summary>Sends what is left. What a collector does not take in time is lost.</summary>
    public static Task StopAsync(IServiceProvider services) => Task.WhenAll(
        Task.Run(() => services.GetService<TracerProvider>()?.Shutdown(StopTimeoutMs)),
        Task.Run(() => services.GetService<MeterProvider>()?.Shutdown(StopTimeoutMs)),
        Task.Run(() => services.GetService<LoggerProvider>()?.Shutdown(StopTimeoutMs)));
}
