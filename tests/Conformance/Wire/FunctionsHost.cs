using System.Diagnostics;
using System.Text.Json;
using DurableTask.Core;
using Microsoft.AspNetCore.Builder;
using Orchestrator.Conformance.Wire.Rpc;

namespace Orchestrator.Conformance.Wire;

/// <summary>
/// A Functions host for one app: starts its worker process as the real one does, indexes and loads its functions, serves their HTTP routes, and gives
/// orchestrations and activities of a task hub in memory to them. A worker that ends is started again; what it was doing has failed. What the real
/// host has beside that (timers, keys by name, the management API, scaling) is not here.
/// </summary>
internal sealed class FunctionsHost : IAsyncDisposable
{
    private readonly string _app;
    private readonly IReadOnlyDictionary<string, string> _settings;
    private readonly FunctionRpcService _rpc;
    private readonly CancellationTokenSource _stopping = new();
    private readonly TaskHub _hub;
    private readonly TaskHubBridge _bridge;
    private readonly Task _bridging;
    private WebApplication? _http;

    /// <summary>The worker that is started, or being started.</summary>
    private volatile Task<StartedWorker> _worker;

    private FunctionsHost(string app, IReadOnlyDictionary<string, string> settings, TaskHub hub, FunctionRpcService rpc)
    {
        (_app, _settings, _hub, _rpc) = (app, settings, hub, rpc);
        _worker = StartWorkerAsync();
        _bridge = new TaskHubBridge(this, hub, Sessions(app));
        _bridging = _bridge.RunAsync(_stopping.Token);
    }

    /// <summary>Where the app answers HTTP.</summary>
    public Uri Address => new(_http!.Urls.Single());

    /// <summary>The key of all functions, as <c>x-functions-key</c> or <c>code</c>.</summary>
    public string Key { get; } = Guid.NewGuid().ToString("N");

    /// <summary>The query of management addresses.</summary>
    public string ManagementQuery => $"taskHub={TaskHub.Name}&connection=Storage&code={Key}";

    /// <inheritdoc cref="TaskHubBridge.ContinuedEpisodes"/>
    public int ContinuedEpisodes => _bridge.ContinuedEpisodes;

    /// <summary>What the worker indexed, by name; all of it is loaded.</summary>
    public async Task<IReadOnlyDictionary<string, HostedFunction>> GetFunctionsAsync() => (await _worker).Functions;

    /// <summary>What the engine itself keeps of an instance; its client does not show all of it.</summary>
    public async Task<OrchestrationState> GetStateAsync(string instanceId) =>
        (await _hub.Engine.GetOrchestrationStateAsync(instanceId, allExecutions: false))[0];

    /// <param name="app">The folder of the published app.</param>
    /// <param name="settings">App settings: environment variables of the worker.</param>
    /// <exception cref="InvalidOperationException">The app cannot be started, indexed or loaded; the message has what it logged.</exception>
    public static async Task<FunctionsHost> StartAsync(string app, IReadOnlyDictionary<string, string> settings)
    {
        var rpc = new FunctionRpcService();
        var host = new FunctionsHost(app, settings, await TaskHub.StartAsync(rpc), rpc);
        try
        {
            host._http = await HttpFront.StartAsync(host, (await host._worker).Functions.Values);
            return host;
        }
        catch
        {
            await host.DisposeAsync();
            throw;
        }
    }

    /// <summary>Executes the function in the worker.</summary>
    /// <param name="trigger">What its trigger has.</param>
    /// <param name="values">Values of the trigger by name, such as those of a route.</param>
    /// <exception cref="WorkerExitedException">The worker ended first.</exception>
    public async Task<InvocationResponse> InvokeAsync(
        string function, TypedData trigger, string? invocation = null, IEnumerable<KeyValuePair<string, string>>? values = null)
    {
        _stopping.Token.ThrowIfCancellationRequested();
        var worker = await _worker;
        var called = worker.Functions[function];
        var request = new InvocationRequest
        {
            InvocationId = invocation ?? Guid.NewGuid().ToString(),
            FunctionId = called.Metadata.FunctionId,
            TraceContext = new RpcTraceContext(),
            InputData = { new ParameterBinding { Name = called.Trigger.GetProperty("name").GetString(), Data = trigger } },
        };
        if (called.Binding("durableClient") is { } client)
        {
            request.InputData.Add(
                new ParameterBinding { Name = client.GetProperty("name").GetString(), Data = new TypedData { String = DurableClient() } });
        }

        foreach (var (name, value) in values ?? [])
        {
            request.TriggerMetadata[name] = new TypedData { String = value };
        }

        return (await worker.Process.AskAsync(new StreamingMessage { InvocationRequest = request })).InvocationResponse;
    }

    /// <summary>Where the worker that runs now listens for HTTP.</summary>
    public async Task<Uri> GetWorkerAddressAsync() => (await _worker).Http;

    /// <summary>Kills the worker and waits until it is gone; the next one is started at once.</summary>
    public async Task KillWorkerAsync() => await (await _worker).Process.KillAsync();

    public async ValueTask DisposeAsync()
    {
        await _stopping.CancelAsync();
        await (_http?.DisposeAsync() ?? ValueTask.CompletedTask);
        try
        {
            await (await _worker).Process.DisposeAsync();
        }
        catch (InvalidOperationException)
        {
            // It did not start, and is gone.
        }

        await _hub.DisposeAsync();
        _stopping.Dispose();
        await _bridging;
    }

    /// <summary>The next worker, once one that had started has ended.</summary>
    private void Replace()
    {
        if (_worker.IsCompletedSuccessfully && !_stopping.IsCancellationRequested)
        {
            _worker = StartWorkerAsync();
        }
    }

    private async Task<StartedWorker> StartWorkerAsync()
    {
        var process = WorkerProcess.Start(Program(), _hub.Address, Replace);
        _rpc.Expect(process);
        try
        {
            await process.ConnectAsync();
            var init = new WorkerInitRequest { HostVersion = "4.1037.0.0", WorkerDirectory = _app, FunctionAppDirectory = _app };
            var capabilities = (await process.AskAsync(new StreamingMessage { WorkerInitRequest = init })).WorkerInitResponse.Capabilities;
            var indexed = (await process.AskAsync(
                new StreamingMessage
                {
                    FunctionsMetadataRequest = new FunctionsMetadataRequest { FunctionAppDirectory = _app }
                })).FunctionMetadataResponse;
            Check(indexed.Result, "The functions could not be indexed");
            foreach (var function in indexed.FunctionMetadataResults)
            {
                var load = new FunctionLoadRequest { FunctionId = function.FunctionId, Metadata = function };
                Check((await process.AskAsync(
                    new StreamingMessage { FunctionLoadRequest = load })).FunctionLoadResponse.Result, $"{function.Name} could not be loaded");
            }

            return new StartedWorker(
                process, new Uri(capabilities["HttpUri"]),
                indexed.FunctionMetadataResults.ToDictionary(function => function.Name, HostedFunction.Of));
        }
        catch (Exception exception) when (exception is WorkerExitedException or InvalidOperationException)
        {
            await process.DisposeAsync();
            throw new InvalidOperationException($"{exception.Message}\n{process.Log}", exception);
        }
    }

    private static TimeSpan? Sessions(string app)
    {
        using var host = JsonDocument.Parse(File.ReadAllBytes(Path.Combine(app, "host.json")));
        var durableTask = host.RootElement.GetProperty("extensions").GetProperty("durableTask");
        return durableTask.GetProperty("extendedSessionsEnabled").GetBoolean()
            ? TimeSpan.FromSeconds(durableTask.GetProperty("extendedSessionIdleTimeoutInSeconds").GetInt32())
            : null;
    }

    private static void Check(StatusResult result, string failure)
    {
        if (!result.IsSuccess)
        {
            throw new InvalidOperationException($"{failure}: {result.Exception?.Message}");
        }
    }

    /// <summary>The program that the app's worker.config.json names, with what the host sets for each worker.</summary>
    private ProcessStartInfo Program()
    {
        using var config = JsonDocument.Parse(File.ReadAllBytes(Path.Combine(_app, "worker.config.json")));
        var description = config.RootElement.GetProperty("description");
        var start = new ProcessStartInfo(
            description.GetProperty("defaultExecutablePath").GetString()!,
            [Path.Combine(_app, description.GetProperty("defaultWorkerPath").GetString()!)])
        {
            WorkingDirectory = _app,
            RedirectStandardOutput = true,
            RedirectStandardError = true,
        };
        start.Environment["FUNCTIONS_WORKER_RUNTIME"] = description.GetProperty("language").GetString();
        start.Environment["FUNCTIONS_APPLICATION_DIRECTORY"] = _app;
        start.Environment["FUNCTIONS_WORKER_DIRECTORY"] = _app;
        foreach (var (name, value) in _settings)
        {
            start.Environment[name] = value;
        }

        return start;
    }

    /// <summary>What the Durable extension gives to a <c>[DurableClient]</c>.</summary>
    private string DurableClient() => JsonSerializer.Serialize(new
    {
        rpcBaseUrl = _hub.Address,
        taskHubName = TaskHub.Name,
        connectionName = "Storage",
        requiredQueryStringParameters = ManagementQuery,
        httpBaseUrl = new Uri(Address, "/runtime/webhooks/durabletask"),
        maxGrpcMessageSizeInBytes = int.MaxValue,
        grpcHttpClientTimeout = JsonSerializer.Serialize(TimeSpan.FromSeconds(100)),
    });

    private sealed record StartedWorker(WorkerProcess Process, Uri Http, IReadOnlyDictionary<string, HostedFunction> Functions);
}
