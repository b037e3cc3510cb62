using System.Net;
using Microsoft.AspNetCore.Builder;
using Microsoft.AspNetCore.Hosting;
using Microsoft.AspNetCore.Hosting.Server;
using Microsoft.AspNetCore.Hosting.Server.Features;
using Microsoft.AspNetCore.Http;
using Microsoft.AspNetCore.Http.Features;
using Microsoft.AspNetCore.Routing;
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

/// <summary>Serves the HTTP functions and the management API. It reads no configuration but its options. Thread-safe.</summary>
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

    /// <summary>
    /// The address that it listens on, with the actual port: <c>http://127.0.0.1:7071/</c>. The host is <c>localhost</c> when it listens on all
    /// addresses.
    /// </summary>
    public Uri Address { get; }

    /// <summary>The lines that <c>func start</c> would print: see <see cref="FunctionListing"/>.</summary>
    public IReadOnlyList<string> Listing { get; }

    /// <summary>Starts a host. It listens until it is stopped or disposed.</summary>
    /// <param name="functions">The functions to serve.</param>
    /// <param name="services">The app's container, with <see cref="HttpServices.AddLocalHttp"/>. It is not disposed.</param>
    /// <param name="client">The client of a host that has started, used by the functions and the management API.</param>
    /// <param name="options">Null uses the defaults.</param>
    /// <param name="cancellationToken">Cancels the start.</param>
    /// <exception cref="ArgumentException">An address other than loopback is set without a key.</exception>
    /// <exception cref="FunctionDiscoveryException">Services that the functions need are not registered.</exception>
    /// <exception cref="IOException">The host cannot listen on the address, for example because the port is in use.</exception>
    public static async Task<LocalWebHost> StartAsync(
        FunctionCatalog functions,
        IServiceProvider services,
        DurableTaskClient client,
        LocalWebHostOptions? options = null,
        CancellationToken cancellationToken = default)
    {
        ArgumentNullException.ThrowIfNull(functions);
        ArgumentNullException.ThrowIfNull(services);
        ArgumentNullException.ThrowIfNull(client);
        options ??= new LocalWebHostOptions();
        if (options.Key is null && !IPAddress.IsLoopback(options.Address))
        {
            throw new ArgumentException(
                $"Listening on {options.Address} needs a key, since other machines can reach it. Set {nameof(options.Key)}, or listen on loopback.",
                nameof(options));
        }

        HttpServices.Check(services);
        functions.CheckServices(services);
        var app = Build(functions, services, client, options);
        try
        {
            await app.StartAsync(cancellationToken);
        }
        catch (IOException exception)
        {
            await app.DisposeAsync();
            throw new IOException(
                $"Cannot listen on {options.Address}, port {options.Port}: {exception.Message} Choose another port, or 0 for any free one.",
                exception);
        }

        var address = BoundAddress(app, options.Address);
        return new LocalWebHost(app, address, FunctionListing.Lines(functions, address, options.RoutePrefix));
    }

    /// <summary>
    /// Accepts no more requests, cancels the tokens of those that run, and waits for them for <see cref="LocalWebHostOptions.StopTimeout"/>. A second
    /// call does nothing.
    /// </summary>
    public Task StopAsync(CancellationToken cancellationToken = default) => _app.StopAsync(cancellationToken);

    /// <summary>Stops the host like <see cref="StopAsync"/> and releases its resources. A second call does nothing.</summary>
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
        app.Use(WriteUnroutedAsync);
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

    /// <summary>
    /// Adds problem details to the answers of the router, which have none: 404 for an unknown path, and 405 with <c>Allow</c> for another method.
    /// </summary>
    private static async Task WriteUnroutedAsync(HttpContext http, RequestDelegate next)
    {
        await next(http);
        if (http.Response.HasStarted || http.GetEndpoint() is RouteEndpoint)
        {
            return;
        }

        var (method, path) = (http.Request.Method, http.Request.Path);
        await (http.Response.StatusCode switch
        {
            StatusCodes.Status404NotFound => Problem.NotFound($"Nothing answers {method} {path}.").ExecuteAsync(http),
            StatusCodes.Status405MethodNotAllowed => Problem.MethodNotAllowed(
                $"{path} does not answer {method}, only {http.Response.Headers.Allow}.").ExecuteAsync(http),
            _ => Task.CompletedTask,
        });
    }

    private static Uri BoundAddress(WebApplication app, IPAddress wanted)
    {
        var bound = new Uri(app.Services.GetRequiredService<IServer>().Features.GetRequiredFeature<IServerAddressesFeature>().Addresses.First());
        return wanted.Equals(IPAddress.Any) || wanted.Equals(IPAddress.IPv6Any) ? new UriBuilder(bound) { Host = "localhost" }.Uri : bound;
    }

    /// <summary>Leaves signals such as Ctrl+C to the program that runs this host.</summary>
    private sealed class NoLifetime : IHostLifetime
    {
        public Task WaitForStartAsync(CancellationToken cancellationToken) => Task.CompletedTask;

        public Task StopAsync(CancellationToken cancellationToken) => Task.CompletedTask;
    }
}

/// <summary>The options of a <see cref="LocalWebHost"/>.</summary>
public sealed class LocalWebHostOptions
{
    /// <summary>The address to listen on. The default is loopback; any other address requires a <see cref="Key"/>.</summary>
    public IPAddress Address { get; set; } = IPAddress.Loopback;

    /// <summary>
    /// The port, 0 to 65535. 0 chooses a free port, which <see cref="LocalWebHost.Address"/> then has. The default is 7071, as for <c>func start</c>.
    /// </summary>
    public int Port { get; set; } = 7071;

    /// <summary>
    /// The key that callers must send, see <see cref="AccessPolicy"/>. Null, the default, requires none and is possible on loopback only.
    /// </summary>
    public string? Key { get; set; }

    /// <summary>The prefix of every function's route. The default is <c>api</c>; empty means none.</summary>
    public string RoutePrefix { get; set; } = "api";

    /// <summary>The task hub in management URLs. Null, the default, omits it.</summary>
    public string? HubName { get; set; }

    /// <summary>
    /// Reads histories for the management API, see <see cref="ManagementOptions.History"/>. Null, the default, makes them unavailable.
    /// </summary>
    public Func<string, CancellationToken, IAsyncEnumerable<HistoryEvent>>? History { get; set; }

    /// <summary>Maximum time that a stop waits for running requests. The default is 5 seconds; zero aborts them at once.</summary>
    public TimeSpan StopTimeout { get; set; } = TimeSpan.FromSeconds(5);

    /// <summary>The clock of timeouts in the management API. The default is the system's.</summary>
    public TimeProvider Time { get; set; } = TimeProvider.System;
}

/// <summary>The list of functions that is shown at the start, with their URLs or triggers, as <c>func start</c> prints it.</summary>
public static class FunctionListing
{
    /// <summary>The lines: HTTP functions first, then the others, each sorted by name.</summary>
    /// <param name="functions">The functions to list.</param>
    /// <param name="address">The address of the host; only its scheme, host and port are used.</param>
    /// <param name="routePrefix">The prefix of every route; empty for none.</param>
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
