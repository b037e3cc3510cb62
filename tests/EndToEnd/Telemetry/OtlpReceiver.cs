using System.Collections.Concurrent;
using Microsoft.AspNetCore.Builder;
using Microsoft.AspNetCore.Hosting;
using Microsoft.AspNetCore.Http;
using Microsoft.Extensions.Logging;

namespace Orchestrator.EndToEnd.Telemetry;

/// <summary>A collector of telemetry: takes OTLP over HTTP, as the real exporter sends it, and keeps it.</summary>
internal sealed class OtlpReceiver : IAsyncDisposable
{
    private readonly WebApplication _app;
    private readonly ConcurrentQueue<(string Signal, byte[] Body)> _received = new();

    private OtlpReceiver(WebApplication app) => _app = app;

    /// <summary>With these a command sends to it.</summary>
    public IReadOnlyDictionary<string, string> Variables => new Dictionary<string, string>
    {
        ["OTEL_EXPORTER_OTLP_ENDPOINT"] = _app.Urls.Single(),
        ["OTEL_EXPORTER_OTLP_PROTOCOL"] = "http/protobuf",
    };

    public IReadOnlyList<OtlpSpan> Spans => [.. Messages("traces").SelectMany(sent => sent.All(1, 2, 2)).Select(span => new OtlpSpan(span))];

    /// <summary>The metrics' names.</summary>
    public IReadOnlySet<string> Metrics => Messages("metrics").SelectMany(sent => sent.All(1, 2, 2)).Select(metric => metric.Text(1)).ToHashSet();

    /// <summary>The log's records.</summary>
    public IReadOnlyList<OtlpMessage> Logs => [.. Messages("logs").SelectMany(sent => sent.All(1, 2, 2))];

    /// <summary>Everything that was sent, as far as it is text.</summary>
    public string Text => string.Concat(_received.Select(item => System.Text.Encoding.UTF8.GetString(item.Body)));

    public static async Task<OtlpReceiver> StartAsync()
    {
        var builder = WebApplication.CreateSlimBuilder();
        builder.Logging.ClearProviders();
        builder.WebHost.UseUrls("http://127.0.0.1:0");
        var receiver = new OtlpReceiver(builder.Build());
        receiver._app.MapPost("/v1/{signal}", receiver.TakeAsync);
        await receiver._app.StartAsync();
        return receiver;
    }

    public ValueTask DisposeAsync() => _app.DisposeAsync();

    private IEnumerable<OtlpMessage> Messages(string signal) =>
        _received.Where(item => item.Signal == signal).Select(item => new OtlpMessage(item.Body));

    private async Task<IResult> TakeAsync(string signal, HttpRequest request)
    {
        using var body = new MemoryStream();
        await request.Body.CopyToAsync(body);
        _received.Enqueue((signal, body.ToArray()));
        return Results.Bytes([], "application/x-protobuf");
    }
}
