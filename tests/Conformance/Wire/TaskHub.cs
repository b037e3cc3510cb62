using System.Net;
using DurableTask.Core;
using Grpc.Net.Client;
using Microsoft.AspNetCore.Builder;
using Microsoft.AspNetCore.Hosting;
using Microsoft.AspNetCore.Server.Kestrel.Core;
using Microsoft.DurableTask.Testing.Sidecar.Grpc;
using Microsoft.Extensions.DependencyInjection;
using Microsoft.Extensions.Logging;
using Orchestrator.Testing.Sidecar;

namespace Orchestrator.Conformance.Wire;

/// <summary>
/// The gRPC side of the host: the stream of its workers, and the SDK's engine over a hub in memory, for their clients and for the bridge.
/// </summary>
internal sealed class TaskHub : IAsyncDisposable
{
    public const string Name = "Orchestrator";

    private readonly WebApplication _app;

    private TaskHub(WebApplication app, IOrchestrationServiceClient engine)
    {
        _app = app;
        Engine = engine;
        Address = new Uri(app.Urls.Single());
        Channel = GrpcChannel.ForAddress(Address, new GrpcChannelOptions { MaxReceiveMessageSize = null, MaxSendMessageSize = null });
    }

    public Uri Address { get; }

    public GrpcChannel Channel { get; }

    public IOrchestrationServiceClient Engine { get; }

    public static async Task<TaskHub> StartAsync(FunctionRpcService workers)
    {
        var builder = WebApplication.CreateSlimBuilder();
        builder.Logging.ClearProviders();
        builder.WebHost.ConfigureKestrel(kestrel => kestrel.Listen(IPAddress.Loopback, 0, listen => listen.Protocols = HttpProtocols.Http2));
        builder.Services.AddGrpc(grpc => (grpc.MaxReceiveMessageSize, grpc.MaxSendMessageSize) = (null, null));
        var service = new WideInMemoryEngine();
        builder.Services.AddSingleton<IOrchestrationService>(service);
        builder.Services.AddSingleton<IOrchestrationServiceClient>(service);
        builder.Services.AddSingleton<TaskHubGrpcServer>();
        builder.Services.AddSingleton(workers);
        var app = builder.Build();
        app.MapGrpcService<TaskHubGrpcServer>();
        app.MapGrpcService<FunctionRpcService>();

        // Its constructor asks to be told when the host has started.
        app.Services.GetRequiredService<TaskHubGrpcServer>();
        await app.StartAsync();
        return new TaskHub(app, service);
    }

    public async ValueTask DisposeAsync()
    {
        Channel.Dispose();
        await _app.DisposeAsync();
    }
}
