using System.Net;
using Microsoft.AspNetCore.Builder;
using Microsoft.AspNetCore.Hosting;
using Microsoft.AspNetCore.Hosting.Server;
using Microsoft.AspNetCore.Hosting.Server.Features;
using Microsoft.AspNetCore.Http;
using Microsoft.AspNetCore.Http.Features;
using Microsoft.DurableTask.Client;
using Microsoft.Extensions.DependencyInjection;
using Microsoft.Extensions.Hosting;
using Microsoft.Extensions.Logging;
using Microsoft.Extensions.Logging.Abstractions;
using Orchestrator.LocalHost.Functions;
using Orchestrator.LocalHost.History;
using Orchestrator.LocalHost.Http;
using Orchestrator.LocalHost.Management;

namespace Orchestrator.LocalHost.Hosting;

/// <summary>Serves the HTTP functions and the management API on a socket. It reads no configuration but its options. Thread safe.</summary>
public sealed class LocalWebHost : IAsyncDisposable
{
    private readonly WebApplication _app;
    private int _disposed;

    private LocalWebHost(WebApplication app, Uri address, IReadOnlyList<string> listing)
    {
        _app = app;
        Address = address;
        Listing = listing;
    }

    /// <summary>Where it really listens, with the port that was taken: <c>http://127.0.0.1:7071/</c>; <c>localhost</c> when it listens everywhere.</summary>
    public Uri Address { get; }

    /// <summary>What <c>func start</c> would print: see <see cref="FunctionListing"/>.</summary>
    public IReadOnlyList<string> Listing { get; }

    /// <summary>Starts to listen.</summary>
    /// <param name="functions">What to serve.</param>
    /// <param name="services">The app's container, with <see cref="HttpServices.AddLocalHttp"/>. It is not disposed.</param>
    /// <param name="client">Of a host that has started: functions and management API use it.</param>
    /// <param name="options">Where to listen; null means the defaults.</param>
    /// <param name="cancellation">Gives up starting.</param>
    /// <exception cref="ArgumentException">The options do not fit each other.</exception>
    /// <exception cref="FunctionDiscoveryException">Services are missing that the functions need.</exception>
    /// <exception cref="IOException">The port is taken.</exception>
    public static async Task<LocalWebHost> StartAsync(
        FunctionCatalog functions,
        IServiceProvider services,
        DurableTaskClient client,
        LocalWebHostOptions? options = null,
        CancellationToken cancellation = default)
    {
        ArgumentNullException.ThrowIfNull(functions);
        ArgumentNullException.ThrowIfNull(services);
        ArgumentNullException.ThrowIfNull(client);
        options ??= new LocalWebHostOptions();
        if (options.Key is null && !IPAddress.IsLoopback(options.Address))
        {
            throw new ArgumentException(
                $"Listening on {options.Address} needs a key, since others than this machine can reach it. Set {nameof(options.Key)}, or listen on loopback.",
                nameof(options));
        }

        HttpServices.Check(services);
        functions.CheckServices(services);
        var app = Build(functions, services, client, options);
        try
        {
            await app.StartAsync(cancellation);
        }
        catch (IOException problem)
        {
            await app.DisposeAsync();
            throw new IOException(
                $"Cannot listen on {options.Address}, port {options.Port}: {problem.Message} Choose another port, or 0 for any free one.", problem);
        }

        var address = RealAddress(app, options.Address);
        return new LocalWebHost(app, address, FunctionListing.Lines(functions, address, options.RoutePrefix));
    }

    /// <summary>Completes when the host has stopped.</summary>
    public Task WaitForStopAsync(CancellationToken cancellation = default) => _app.WaitForShutdownAsync(cancellation);

    /// <summary>Stops taking requests, fires the tokens of those that run, and waits for them as long as the options say. Stopping twice is no error.</summary>
    public Task StopAsync(CancellationToken cancellation = default) => _app.StopAsync(cancellation);

    /// <summary>Stops, as <see cref="StopAsync"/> does, and releases all resources.</summary>
    public async ValueTask DisposeAsync()
    {
        if (Interlocked.Exchange(ref _disposed, 1) == 0)
        {
            await _app.StopAsync();
            await _app.DisposeAsync();
        }
    }

    private static WebApplication Build(FunctionCatalog functions, IServiceProvider services, DurableTaskClient client, LocalWebHostOptions options)
    {
        var builder = WebApplication.CreateEmptyBuilder(new WebApplicationOptions());
        builder.WebHost.UseKestrelCore().ConfigureKestrel(kestrel =>
        {
            kestrel.AddServerHeader = false;
            kestrel.Listen(options.Address, options.Port);
        });
        builder.Services.AddRouting();
        builder.Services.AddSingleton(services.GetService<ILoggerFactory>() ?? NullLoggerFactory.Instance);
        builder.Services.AddSingleton<IHostLifetime, NoLifetime>();
        builder.Services.Configure<HostOptions>(host => host.ShutdownTimeout = options.StopTimeout);

        var app = builder.Build();
        var access = options.Key is { } key ? AccessPolicy.WithKey(key) : AccessPolicy.Loopback;
        app.Use(ExplainMissingAsync);
        app.MapFunctions(functions, services, client, options.RoutePrefix, access, app.Lifetime.ApplicationStopping);
        app.MapDurableManagement(
            client,
            new ManagementOptions
            {
                Access = access,
                HubName = options.HubName,
                History = options.History,
                Orchestrators = [.. functions.Orchestrators.Keys],
                Stopping = app.Lifetime.ApplicationStopping,
                Time = options.Time,
            });
        return app;
    }

    /// <summary>A path that nothing serves gets problem details too.</summary>
    private static async Task ExplainMissingAsync(HttpContext http, RequestDelegate next)
    {
        await next(http);
        if (http.Response is { StatusCode: StatusCodes.Status404NotFound, HasStarted: false } && http.GetEndpoint() is null)
        {
            await Problem.NotFound($"Nothing answers {http.Request.Method} {http.Request.Path}.").ExecuteAsync(http);
        }
    }

    private static Uri RealAddress(WebApplication app, IPAddress wanted)
    {
        var bound = new Uri(app.Services.GetRequiredService<IServer>().Features.GetRequiredFeature<IServerAddressesFeature>().Addresses.First());
        return wanted.Equals(IPAddress.Any) || wanted.Equals(IPAddress.IPv6Any) ? new UriBuilder(bound) { Host = "localhost" }.Uri : bound;
    }

    /// <summary>Signals such as Ctrl+C belong to the program around this host.</summary>
    private sealed class NoLifetime : IHostLifetime
    {
        public Task WaitForStartAsync(CancellationToken cancellationToken) => Task.CompletedTask;

        public Task StopAsync(CancellationToken cancellationToken) => Task.CompletedTask;
    }
}

/// <summary>Where and how the web host listens.</summary>
public sealed class LocalWebHostOptions
{
    /// <summary>The address to listen on; the default is loopback. Any other needs a <see cref="Key"/>.</summary>
    public IPAddress Address { get; set; } = IPAddress.Loopback;

    /// <summary>0 to 65535; 0 takes any free port, and <see cref="LocalWebHost.Address"/> tells which. The default is 7071, as <c>func start</c> has it.</summary>
    public int Port { get; set; } = 7071;

    /// <summary>What callers must know, see <see cref="AccessPolicy"/>; null, the default, needs none and is for loopback only.</summary>
    public string? Key { get; set; }

    /// <summary>What comes before every function's route; the default is <c>api</c>, empty means nothing.</summary>
    public string RoutePrefix { get; set; } = "api";

    /// <summary>The task hub named in management addresses; null, the default, names none.</summary>
    public string? HubName { get; set; }

    /// <summary>Where the management API reads histories, see <see cref="ManagementOptions.History"/>; null, the default, shows none.</summary>
    public Func<string, CancellationToken, IAsyncEnumerable<HistoryEvent>>? History { get; set; }

    /// <summary>How long a stop waits for requests that do not heed their tokens. The default is 5 seconds; zero cuts them off at once.</summary>
    public TimeSpan StopTimeout { get; set; } = TimeSpan.FromSeconds(5);

    /// <summary>The clock of waits in the management API; the default is the system's.</summary>
    public TimeProvider Time { get; set; } = TimeProvider.System;
}

/// <summary>What a developer sees at start: every function, with its URL or its trigger, as <c>func start</c> shows them.</summary>
public static class FunctionListing
{
    /// <summary>HTTP functions come first, then the others; each group in the order of its names.</summary>
    /// <param name="functions">The functions.</param>
    /// <param name="address">Where the host listens.</param>
    /// <param name="routePrefix">What comes before every route; empty for nothing.</param>
    public static IReadOnlyList<string> Lines(FunctionCatalog functions, Uri address, string routePrefix)
    {
        ArgumentNullException.ThrowIfNull(functions);
        ArgumentNullException.ThrowIfNull(address);
        var root = address.GetLeftPart(UriPartial.Authority);
        var http = functions.Http.Select(function => $"{function.Name}:{Methods(function)} {root}{FunctionEndpoints.PathOf(function, routePrefix)}");
        var others = functions.All.Where(function => function is not HttpFunction).Select(function => $"{function.Name}: {function.TriggerType}");
        return ["", "Functions:", .. http.Concat(others).SelectMany(line => new[] { "", "\t" + line }), ""];
    }

    private static string Methods(HttpFunction function) => function.Methods.Count == 0 ? string.Empty : $" [{string.Join(',', function.Methods)}]";
}
