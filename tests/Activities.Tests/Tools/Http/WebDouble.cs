using System.Net;
using Microsoft.AspNetCore.Builder;
using Microsoft.AspNetCore.Hosting;
using Microsoft.AspNetCore.Http;
using Microsoft.Extensions.Logging;

namespace Orchestrator.Activities.Tests.Tools.Http;

/// <summary>A web server on a free port of this machine.</summary>
internal sealed class WebDouble : IAsyncDisposable
{
    private readonly WebApplication _app;

    private WebDouble(WebApplication app) => _app = app;

    public string Url => _app.Urls.Single();

    public int Port => new Uri(Url).Port;

    /// <summary>What the requests were, in order, as "METHOD /path?query".</summary>
    public List<string> Requests { get; } = [];

    /// <summary>The headers of the last request.</summary>
    public IHeaderDictionary Headers { get; private set; } = new HeaderDictionary();

    /// <summary>The body of the last request.</summary>
    public string Body { get; private set; } = "";

    public static async Task<WebDouble> StartAsync(RequestDelegate answer)
    {
        var builder = WebApplication.CreateSlimBuilder();
        builder.Logging.ClearProviders();
        builder.WebHost.ConfigureKestrel(kestrel => kestrel.Listen(IPAddress.Loopback, 0));
        var web = new WebDouble(builder.Build());
        web._app.Run(async context =>
        {
            web.Requests.Add($"{context.Request.Method} {context.Request.Path}{context.Request.QueryString}");
            web.Headers = new HeaderDictionary(context.Request.Headers.ToDictionary(StringComparer.OrdinalIgnoreCase));
            web.Body = await new StreamReader(context.Request.Body).ReadToEndAsync(context.RequestAborted);
            await answer(context);
        });
        await web._app.StartAsync();
        return web;
    }

    public static Task<WebDouble> StartAsync(string contentType, string body) => StartAsync(context =>
    {
        context.Response.ContentType = contentType;
        return context.Response.WriteAsync(body);
    });

    public ValueTask DisposeAsync() => _app.DisposeAsync();
}
