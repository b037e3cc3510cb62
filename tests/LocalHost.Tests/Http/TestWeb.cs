using System.Net;
using Microsoft.AspNetCore.Builder;
using Microsoft.AspNetCore.Hosting;
using Microsoft.AspNetCore.Routing;
using Microsoft.DurableTask.Client;
using Microsoft.Extensions.DependencyInjection;
using Microsoft.Extensions.Logging;
using Moq;
using Orchestrator.LocalHost.Functions;
using Orchestrator.LocalHost.Http;
using Orchestrator.LocalHost.Management;

namespace Orchestrator.LocalHost.Tests.Http;

/// <summary>The functions of some types, or the management API, on a real socket.</summary>
internal sealed class TestWeb : IAsyncDisposable
{
    private readonly WebApplication _app;
    private readonly ServiceProvider _services;

    private TestWeb(WebApplication app, ServiceProvider services, LogLines log)
    {
        _app = app;
        _services = services;
        Log = log;
        Client = new HttpClient { BaseAddress = new Uri(app.Urls.Single()), Timeout = HostExtensions.Patience };
    }

    public HttpClient Client { get; }

    /// <summary>Where it listens, without a slash at the end.</summary>
    public string Address => _app.Urls.Single();

    /// <summary>Method and path of everything that is mapped.</summary>
    public IEnumerable<string> Routes => ((IEndpointRouteBuilder)_app).DataSources.SelectMany(source => source.Endpoints).OfType<RouteEndpoint>()
        .SelectMany(endpoint =>
            endpoint.Metadata.GetRequiredMetadata<HttpMethodMetadata>().HttpMethods.Select(method => $"{method} {endpoint.RoutePattern.RawText}"));

    public LogLines Log { get; }

    public static Task<TestWeb> OfFunctionsAsync(params Type[] types) => OfFunctionsAsync(AccessPolicy.Loopback, "api", types);

    public static Task<TestWeb> OfFunctionsAsync(AccessPolicy access, string routePrefix, params Type[] types) => StartAsync((app, services) =>
        app.MapFunctions(FunctionCatalog.Discover(types), services, NoClient, routePrefix, access, app.Lifetime.ApplicationStopping));

    public static Task<TestWeb> OfManagementAsync(DurableTaskClient client, ManagementOptions? options = null) =>
        StartAsync((app, _) => app.MapDurableManagement(client, options));

    public static DurableTaskClient NoClient { get; } = new Mock<DurableTaskClient>("none").Object;

    public async ValueTask DisposeAsync()
    {
        Client.Dispose();
        await _app.DisposeAsync();
        await _services.DisposeAsync();
    }

    private static async Task<TestWeb> StartAsync(Action<WebApplication, ServiceProvider> map)
    {
        var log = new LogLines();
        var services = new ServiceCollection()
            .AddLocalHttp()
            .AddLogging(logging => logging.AddProvider(log))
            .AddSingleton(new Version(1, 2))
            .BuildServiceProvider();
        var builder = WebApplication.CreateEmptyBuilder(new WebApplicationOptions());
        builder.WebHost.UseKestrelCore().ConfigureKestrel(kestrel => kestrel.Listen(IPAddress.Loopback, 0));
        builder.Services.AddRouting();
        builder.Services.AddSingleton(services.GetRequiredService<ILoggerFactory>());
        var app = builder.Build();
        map(app, services);
        await app.StartAsync();
        return new TestWeb(app, services, log);
    }
}
