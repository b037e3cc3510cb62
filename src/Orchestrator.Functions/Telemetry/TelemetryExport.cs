using Microsoft.Extensions.Configuration;
using Microsoft.Extensions.DependencyInjection;
using Microsoft.Extensions.Logging;
using OpenTelemetry;
using OpenTelemetry.Exporter;
using OpenTelemetry.Resources;
using Orchestrator.Activities.Telemetry;

namespace Orchestrator.Functions.Telemetry;

/// <summary>Sends traces, metrics and logs to a collector (OTLP) when its address is set. Thread-safe.</summary>
public sealed class TelemetryExport
{
    /// <summary>OpenTelemetry's setting for the address of the collector, for example <c>http://localhost:4317</c>.</summary>
    public const string EndpointSetting = "OTEL_EXPORTER_OTLP_ENDPOINT";

    private const string TimeoutSetting = "OTEL_EXPORTER_OTLP_TIMEOUT";
    private const string ServiceNameSetting = "OTEL_SERVICE_NAME";
    private const string ServiceName = "orchestrator";

    /// <summary>
    /// Default time limit of one export in milliseconds, short, so that a collector that hangs does not delay the end of a command.
    /// </summary>
    private const int TimeoutMs = 2_000;

    private readonly string? _mistake;

    private TelemetryExport(string? mistake) => _mistake = mistake;

    /// <summary>
    /// Adds the export when <see cref="EndpointSetting"/> is set. OpenTelemetry reads its other settings itself (headers, protocol, sampler).
    /// </summary>
    /// <returns>For what the host adds; null when nothing is sent, since no address is set or a setting cannot be used.</returns>
    public static IOpenTelemetryBuilder? Add(IServiceCollection services, IConfiguration settings)
    {
        ArgumentNullException.ThrowIfNull(settings);
        var isAsked = !string.IsNullOrWhiteSpace(settings[EndpointSetting]);
        var mistake = isAsked ? TelemetrySettings.Mistake(settings) : null;
        services.AddSingleton(new TelemetryExport(mistake));
        if (!isAsked || mistake is not null)
        {
            return null;
        }

        if (string.IsNullOrWhiteSpace(settings[TimeoutSetting]))
        {
            services.ConfigureAll<OtlpExporterOptions>(options => options.TimeoutMilliseconds = TimeoutMs);
        }

        var isNamed = !string.IsNullOrWhiteSpace(settings[ServiceNameSetting]);
        return services.AddOpenTelemetry()
            .ConfigureResource(resource => _ = isNamed ? resource : resource.AddService(ServiceName))
            .WithTracing(tracing => tracing.AddSource(TelemetryNames.Source))
            .WithMetrics(metrics => metrics.AddMeter(TelemetryNames.Source))
            .WithLogging()
            .UseOtlpExporter();
    }

    /// <summary>Logs the invalid setting because of which nothing is sent. The app works without telemetry.</summary>
    public void Warn(ILogger<TelemetryExport> logger)
    {
        if (_mistake is not null)
        {
            logger.NothingSent(_mistake);
        }
    }
}
