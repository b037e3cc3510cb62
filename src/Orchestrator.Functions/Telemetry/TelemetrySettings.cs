using System.Globalization;
using Microsoft.Extensions.Configuration;

namespace Orchestrator.Functions.Telemetry;

/// <summary>Checks the settings of OpenTelemetry's exporter. OpenTelemetry itself ignores invalid ones silently, or ends the process.</summary>
internal static class TelemetrySettings
{
    private const string Prefix = "OTEL_EXPORTER_OTLP_";

    /// <summary>Parts of the names of settings: for all signals, and for each one.</summary>
    private static readonly string[] Signals = ["", "TRACES_", "METRICS_", "LOGS_"];

    private static readonly string[] Samplers =
        ["always_on", "always_off", "traceidratio", "parentbased_always_on", "parentbased_always_off", "parentbased_traceidratio"];

    /// <summary>
    /// A sentence with the first invalid setting and its name; null when all are valid. It does not contain values that may be secrets.
    /// </summary>
    public static string? Mistake(IConfiguration settings)
    {
        string? Value(string name) => settings[name]?.Trim() is { Length: > 0 } value ? value : null;
        foreach (var signal in Signals)
        {
            if (Value($"{Prefix}{signal}ENDPOINT") is { } endpoint && !IsAddress(endpoint))
            {
                return $"{Prefix}{signal}ENDPOINT is '{endpoint}', which is no address. "
                    + "Set it to the address of a collector, such as http://localhost:4317.";
            }

            if (Value($"{Prefix}{signal}PROTOCOL") is { } protocol && protocol is not ("grpc" or "http/protobuf"))
            {
                return $"{Prefix}{signal}PROTOCOL is '{protocol}'; it must be grpc or http/protobuf.";
            }

            if (Value($"{Prefix}{signal}HEADERS") is { } headers
                && !headers.Split(',').All(header => header.IndexOf('=', StringComparison.Ordinal) > 0))
            {
                return $"{Prefix}{signal}HEADERS is no list of headers; write name=value, and a comma between two.";
            }

            if (Value($"{Prefix}{signal}TIMEOUT") is { } timeout
                && !(int.TryParse(timeout, NumberStyles.None, CultureInfo.InvariantCulture, out var milliseconds) && milliseconds > 0))
            {
                return $"{Prefix}{signal}TIMEOUT is '{timeout}'; it must be a number of milliseconds.";
            }
        }

        if (Value("OTEL_TRACES_SAMPLER") is { } sampler && !Samplers.Contains(sampler, StringComparer.OrdinalIgnoreCase))
        {
            return $"OTEL_TRACES_SAMPLER is '{sampler}'; it must be one of {string.Join(", ", Samplers)}.";
        }

        return Value("OTEL_TRACES_SAMPLER_ARG") is { } share
            && !(double.TryParse(share, NumberStyles.Float, CultureInfo.InvariantCulture, out var ratio) && ratio is >= 0 and <= 1)
            ? $"OTEL_TRACES_SAMPLER_ARG is '{share}'; it must be a number from 0 to 1."
            : null;
    }

    private static bool IsAddress(string text) =>
        Uri.TryCreate(text, UriKind.Absolute, out var address) && (address.Scheme == Uri.UriSchemeHttp || address.Scheme == Uri.UriSchemeHttps);
}
