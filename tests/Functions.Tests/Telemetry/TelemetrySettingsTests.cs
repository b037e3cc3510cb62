using Microsoft.Extensions.Configuration;
using Orchestrator.Functions.Telemetry;

namespace Orchestrator.Functions.Tests.Telemetry;

public sealed class TelemetrySettingsTests
{
    [Theory]
    [InlineData("OTEL_EXPORTER_OTLP_ENDPOINT", "ftp://collector", "OTEL_EXPORTER_OTLP_ENDPOINT is 'ftp://collector', which is no address. ")]
    [InlineData("OTEL_EXPORTER_OTLP_TRACES_ENDPOINT", "collector", "OTEL_EXPORTER_OTLP_TRACES_ENDPOINT is 'collector', which is no address. ")]
    [InlineData("OTEL_EXPORTER_OTLP_PROTOCOL", "http/json", "OTEL_EXPORTER_OTLP_PROTOCOL is 'http/json'; it must be grpc or http/protobuf.")]
    [InlineData("OTEL_EXPORTER_OTLP_HEADERS", "Authorization: Bearer secret", "OTEL_EXPORTER_OTLP_HEADERS is no list of headers; ")]
    [InlineData("OTEL_EXPORTER_OTLP_LOGS_HEADERS", "a=1,secret", "OTEL_EXPORTER_OTLP_LOGS_HEADERS is no list of headers; ")]
    [InlineData("OTEL_EXPORTER_OTLP_TIMEOUT", "2s", "OTEL_EXPORTER_OTLP_TIMEOUT is '2s'; it must be a number of milliseconds.")]
    [InlineData("OTEL_TRACES_SAMPLER", "some", "OTEL_TRACES_SAMPLER is 'some'; it must be one of always_on, ")]
    [InlineData("OTEL_TRACES_SAMPLER_ARG", "10%", "OTEL_TRACES_SAMPLER_ARG is '10%'; it must be a number from 0 to 1.")]
    public void Setting_that_OpenTelemetry_would_ignore_or_end_the_process_for_is_named_and_a_header_not_quoted(
        string setting, string value, string sentence)
    {
        var mistake = Mistake((setting, value));

        Assert.StartsWith(sentence, mistake, StringComparison.Ordinal);
        Assert.DoesNotContain("secret", mistake, StringComparison.Ordinal);
    }

    [Fact]
    public void Settings_that_can_be_used_and_empty_ones_have_no_mistake() => Assert.Null(Mistake(
        ("OTEL_EXPORTER_OTLP_ENDPOINT", "https://collector:4318"),
        ("OTEL_EXPORTER_OTLP_PROTOCOL", "http/protobuf"),
        ("OTEL_EXPORTER_OTLP_HEADERS", "api-key=a=b,other=1"),
        ("OTEL_EXPORTER_OTLP_TRACES_HEADERS", " "),
        ("OTEL_EXPORTER_OTLP_TIMEOUT", "1000"),
        ("OTEL_TRACES_SAMPLER", "parentbased_traceidratio"),
        ("OTEL_TRACES_SAMPLER_ARG", "0.1")));

    private static string? Mistake(params (string Name, string Value)[] settings) => TelemetrySettings.Mistake(
        new ConfigurationBuilder().AddInMemoryCollection(settings.Select(setting => KeyValuePair.Create(setting.Name, (string?)setting.Value)))
            .Build());
}
