using DurableTask.AzureStorage;
using DurableTask.Core;
using Grpc.Net.Client;
using Microsoft.AspNetCore.Builder;
using Microsoft.AspNetCore.Hosting;
using Microsoft.AspNetCore.Hosting.Server;
using Microsoft.AspNetCore.Hosting.Server.Features;
using Microsoft.AspNetCore.Server.Kestrel.Core;
using Microsoft.DurableTask;
using Microsoft.DurableTask.Client;
using Microsoft.DurableTask.Testing.Sidecar.Grpc;
using Microsoft.DurableTask.Worker;
using Microsoft.Extensions.DependencyInjection;
using Microsoft.Extensions.Hosting;
using Microsoft.Extensions.Logging;

namespace Orchestrator.Testing.Sidecar;

/// <summary>
/// The SDK's own worker and client in this process, over any engine of Durable Task, by the gRPC sidecar of its test host. That test host itself
/// takes a random port that may be in use, has the engine's default limits, and logs to the console. Thread-safe.
/// </summary>
public sealed class SidecarHost : IAsyncDisposable
{
    private readonly WebApplication _sidecar;
    private readonly GrpcChannel _channel;
    private readonly IHost _worker;

    private SidecarHost(WebApplication sidecar, GrpcChannel channel, IHost worker)
    {
        _sidecar = sidecar;
        _channel = channel;
        _worker = worker;
    }

    public DurableTaskClient Client => _worker.Services.GetRequiredService<DurableTaskClient>();

    /// <summary>Completes when the worker has been started. The sidecar stops the engine when it is disposed of; it does not dispose of it.</summary>
    /// <param name="engine">Its store must exist. A sidecar takes one worker: two workers on one store are two processes.</param>
    /// <param name="register">Adds orchestrators and activities.</param>
    /// <param name="converter">For inputs, outputs and events; null: the SDK's own.</param>
    /// <param name="version">Of starts that name none, and the only one that the worker takes: it fails instances of others. Null: none and
    /// any.</param>
    public static async Task<SidecarHost> StartAsync<TEngine>(
        TEngine engine, Action<DurableTaskRegistry> register, DataConverter? converter = null, string? version = null)
        where TEngine : class, IOrchestrationService, IOrchestrationServiceClient
    {
        var sidecar = await ServeAsync(engine);
        var address = sidecar.Services.GetRequiredService<IServer>().Features.Get<IServerAddressesFeature>()!.Addresses.Single();
        var channel = GrpcChannel.ForAddress(address, new GrpcChannelOptions { MaxReceiveMessageSize = null });
        var builder = Host.CreateEmptyApplicationBuilder(new HostApplicationBuilderSettings());
        builder.Services.AddLogging(logging => logging.SetMinimumLevel(LogLevel.None));
        if (converter is not null)
        {
            builder.Services.ConfigureAll<DurableTaskWorkerOptions>(options => options.DataConverter = converter);
            builder.Services.ConfigureAll<DurableTaskClientOptions>(options => options.DataConverter = converter);
        }

        if (version is not null)
        {
            builder.Services.ConfigureAll<DurableTaskWorkerOptions>(options => options.Versioning = new DurableTaskWorkerOptions.VersioningOptions
            {
                Version = version,
                DefaultVersion = version,
                MatchStrategy = DurableTaskWorkerOptions.VersionMatchStrategy.Strict,
                FailureStrategy = DurableTaskWorkerOptions.VersionFailureStrategy.Fail,
            });
            builder.Services.ConfigureAll<DurableTaskClientOptions>(options => options.DefaultVersion = version);
        }

        builder.Services.AddDurableTaskWorker(worker => worker.UseGrpc(channel).AddTasks(register));
        builder.Services.AddDurableTaskClient(client => client.UseGrpc(channel).RegisterDirectly());
        var host = builder.Build();
        await host.StartAsync();
        return new SidecarHost(sidecar, channel, host);
    }

    public async ValueTask DisposeAsync()
    {
        await _worker.StopAsync();
        _worker.Dispose();
        _channel.Dispose();
        await _sidecar.DisposeAsync();
    }

    private static async Task<WebApplication> ServeAsync<TEngine>(TEngine engine)
        where TEngine : class, IOrchestrationService, IOrchestrationServiceClient
    {
        var builder = WebApplication.CreateEmptyBuilder(new WebApplicationOptions());
        builder.WebHost.UseKestrelCore().UseUrls("http://127.0.0.1:0");
        builder.WebHost.ConfigureKestrel(options => options.ConfigureEndpointDefaults(endpoint => endpoint.Protocols = HttpProtocols.Http2));
        builder.Services.AddRouting();
        builder.Services.AddGrpc(options => options.MaxReceiveMessageSize = null);
        builder.Services.AddSingleton<IOrchestrationService>(engine is AzureStorageOrchestrationService ? new StoredTypesEngine(engine) : engine);
        builder.Services.AddSingleton<IOrchestrationServiceClient>(engine);
        builder.Services.AddSingleton<TaskHubGrpcServer>();
        var app = builder.Build();
        app.MapGrpcService<TaskHubGrpcServer>();

        // Its constructor asks to be told when the host has started: made by the first call, it would not hear of it.
        app.Services.GetRequiredService<TaskHubGrpcServer>();
        await app.StartAsync();
        return app;
    }
}
