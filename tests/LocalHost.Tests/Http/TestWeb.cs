using Microsoft.AspNetCore.Builder;
using Microsoft.AspNetCore.TestHost;
using Microsoft.DurableTask.Client;
using Microsoft.Extensions.DependencyInjection;
using Microsoft.Extensions.Logging;
using Moq;
using Orchestrator.LocalHost.Functions;
using Orchestrator.LocalHost.Http;
using Orchestrator.LocalHost.Management;

namespace Orchestrator.LocalHost.Tests.Http;

/// <summary>The functions of some types, or the management API, on a server in memory.</summary>
internal sealed class TestWeb : IAsyncDisposable
{
    private readonly WebApplication _app;
    private readonly ServiceProvider _services;

    private TestWeb(WebApplication app, ServiceProvider services, LogLines log)
    {
        _app = app;
        _services = services;
        Log = log;
        Client = app.GetTestClient();
    }

    public HttpClient Client { get; }

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
        builder.WebHost.UseTestServer();
        builder.Services.AddRouting();
        builder.Services.AddSingleton(services.GetRequiredService<ILoggerFactory>());
        var app = builder.Build();
        map(app, services);
        await app.StartAsync();
        return new TestWeb(app, services, log);
    }
}
