using System.Net;
using System.Net.Sockets;
using Microsoft.AspNetCore.Builder;
using Microsoft.AspNetCore.Hosting;
using Microsoft.AspNetCore.Http;
using Microsoft.Extensions.Logging;
using Orchestrator.Conformance.Wire.Rpc;

namespace Orchestrator.Conformance.Wire;

/// <summary>The HTTP side of the host: the request goes to the worker's own web server, and an invocation with the same id beside it.</summary>
internal static class HttpFront
{
    /// <summary>The limit of the Functions host.</summary>
    private const long MaxBody = 100 * 1024 * 1024;

    private const int MaxConnects = 200;

    private static readonly TimeSpan ConnectInterval = TimeSpan.FromMilliseconds(50);

    private static readonly HttpMessageInvoker Client = new(
        new SocketsHttpHandler { AllowAutoRedirect = false, UseCookies = false, UseProxy = false, ConnectCallback = ConnectAsync });

    public static async Task<WebApplication> StartAsync(FunctionsHost host, IEnumerable<HostedFunction> functions)
    {
        var builder = WebApplication.CreateSlimBuilder();
        builder.Logging.ClearProviders();
        builder.WebHost.ConfigureKestrel(kestrel =>
        {
            kestrel.Limits.MaxRequestBodySize = MaxBody;
            kestrel.Listen(IPAddress.Loopback, 0);
        });
        var app = builder.Build();
        foreach (var function in functions)
        {
            if (function.Binding("httpTrigger") is { } http)
            {
                var isOpen = http.GetProperty("authLevel").GetString() == "Anonymous";
                app.MapMethods(
                    "/api/" + http.GetProperty("route").GetString(),
                    http.GetProperty("methods").EnumerateArray().Select(method => method.GetString()!),
                    context => isOpen || HasKey(context.Request, host.Key)
                        ? ForwardAsync(host, function.Metadata.Name, context)
                        : RefuseAsync(context));
            }
        }

        await app.StartAsync();
        return app;
    }

    /// <summary>A worker names its address before it listens, so the real host tries again, too.</summary>
    private static async ValueTask<Stream> ConnectAsync(SocketsHttpConnectionContext connection, CancellationToken cancellation)
    {
        for (var tries = 1; ; tries++)
        {
            var socket = new Socket(SocketType.Stream, ProtocolType.Tcp) { NoDelay = true };
            try
            {
                await socket.ConnectAsync(connection.DnsEndPoint, cancellation);
                return new NetworkStream(socket, ownsSocket: true);
            }
            catch (SocketException refused) when (refused.SocketErrorCode == SocketError.ConnectionRefused && tries < MaxConnects)
            {
                socket.Dispose();
                await Task.Delay(ConnectInterval, cancellation);
            }
        }
    }

    private static bool HasKey(HttpRequest request, string key) => request.Headers["x-functions-key"] == key || request.Query["code"] == key;

    private static Task RefuseAsync(HttpContext context)
    {
        context.Response.StatusCode = StatusCodes.Status401Unauthorized;
        return Task.CompletedTask;
    }

    private static async Task ForwardAsync(FunctionsHost host, string function, HttpContext context)
    {
        var invocation = Guid.NewGuid().ToString();
        using var request = new HttpRequestMessage(
            new HttpMethod(context.Request.Method), new Uri(await host.GetWorkerAddressAsync(), context.Request.Path + context.Request.QueryString));
        if (context.Request.ContentLength is > 0 || context.Request.Headers.TransferEncoding.Count > 0)
        {
            request.Content = new StreamContent(context.Request.Body);
        }

        foreach (var (name, values) in context.Request.Headers)
        {
            if (!name.Equals("Transfer-Encoding", StringComparison.OrdinalIgnoreCase)
                && !request.Headers.TryAddWithoutValidation(name, values.AsEnumerable()))
            {
                request.Content?.Headers.TryAddWithoutValidation(name, values.AsEnumerable());
            }
        }

        request.Headers.Add("x-ms-invocation-id", invocation);
        var routed = context.Request.RouteValues.Select(value => KeyValuePair.Create(value.Key, (string)value.Value!));
        var invoked = host.InvokeAsync(function, new TypedData { Http = new RpcHttp() }, invocation, routed);
        try
        {
            using var response = await Client.SendAsync(request, context.RequestAborted);
            context.Response.StatusCode = (int)response.StatusCode;
            foreach (var (name, values) in response.Headers.Concat(response.Content.Headers))
            {
                if (name != "Transfer-Encoding")
                {
                    context.Response.Headers[name] = values.ToArray();
                }
            }

            await response.Content.CopyToAsync(context.Response.Body, context.RequestAborted);
            if (await invoked is { Result: { IsSuccess: false } failed } && !context.Response.HasStarted)
            {
                context.Response.StatusCode = StatusCodes.Status500InternalServerError;
                context.Response.ContentLength = null;
                await context.Response.WriteAsync(failed.Exception?.Message ?? "");
            }
        }
        catch (Exception exception) when (exception is HttpRequestException or WorkerExitedException && !context.Response.HasStarted)
        {
            context.Response.StatusCode = StatusCodes.Status500InternalServerError;
        }
    }
}
