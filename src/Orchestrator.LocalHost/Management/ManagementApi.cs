using System.Text.Encodings.Web;
using System.Text.Json;
using Microsoft.AspNetCore.Builder;
using Microsoft.AspNetCore.Http;
using Microsoft.AspNetCore.Routing;
using Microsoft.Azure.Functions.Worker;
using Microsoft.DurableTask.Client;
using Microsoft.Extensions.DependencyInjection;
using Microsoft.Extensions.Logging;
using Orchestrator.LocalHost.History;
using Orchestrator.LocalHost.Http;
using Orchestrator.LocalHost.Journal;

namespace Orchestrator.LocalHost.Management;

/// <summary>The HTTP management API of Durable Functions, on any <see cref="DurableTaskClient"/>.</summary>
public static class ManagementApi
{
    /// <summary>Keeps the ampersands of URLs unescaped, which is safe outside HTML.</summary>
    internal static JsonSerializerOptions Json { get; } = new() { Encoder = JavaScriptEncoder.UnsafeRelaxedJsonEscaping };

    /// <summary>Maps the API under <see cref="ManagementPayload.BasePath"/>.</summary>
    /// <param name="endpoints">The route builder to add to.</param>
    /// <param name="client">Executes all operations.</param>
    /// <param name="options">Null uses the defaults.</param>
    public static void MapDurableManagement(this IEndpointRouteBuilder endpoints, DurableTaskClient client, ManagementOptions? options = null)
    {
        ArgumentNullException.ThrowIfNull(endpoints);
        ArgumentNullException.ThrowIfNull(client);
        options ??= new ManagementOptions();
        var starts = new StartOperations(client, options);
        var queries = new QueryOperations(client, options);
        var purges = new PurgeOperations(client);
        var controls = new ControlOperations(client);
        var logger = endpoints.ServiceProvider.GetRequiredService<ILoggerFactory>().CreateLogger("DurableTask.Management");

        const string instance = "/instances/{instanceId}";
        Map("POST", "/orchestrators/{functionName}/{instanceId?}", starts.StartAsync);
        Map("POST", instance + "/restart", starts.RestartAsync);
        Map("GET", "/instances", queries.ListAsync);
        Map("GET", instance, queries.GetAsync);
        Map("DELETE", "/instances", purges.PurgeManyAsync);
        Map("DELETE", instance, purges.PurgeOneAsync);
        Map("POST", instance + "/raiseEvent/{eventName}", controls.RaiseEventAsync);
        Map("POST", instance + "/terminate", controls.TerminateAsync);
        Map("POST", instance + "/suspend", controls.SuspendAsync);
        Map("POST", instance + "/resume", controls.ResumeAsync);
        Map("POST", instance + "/rewind", controls.RefuseRewindAsync);
        foreach (var method in (string[])["GET", "POST", "DELETE"])
        {
            Map(method, "/entities/{*entity}", _ => Task.FromResult(Problem.NotSupported(
                "Durable entities are not supported by the local host. "
                + "Keep the state in a store of the application, or run it on Azure Functions.")));
        }

        void Map(string method, string path, Func<HttpContext, Task<IResult>> operation) =>
            endpoints.MapMethods(ManagementPayload.BasePath + path, [method], (RequestDelegate)(http => RunAsync(http, operation, options, logger)));
    }

    private static async Task RunAsync(HttpContext http, Func<HttpContext, Task<IResult>> operation, ManagementOptions options, ILogger logger)
    {
        var answer = options.Access.Check(http.Request, AuthorizationLevel.System) ?? await AnswerAsync(http, operation, logger);
        await answer.ExecuteAsync(http);
    }

    private static async Task<IResult> AnswerAsync(HttpContext http, Func<HttpContext, Task<IResult>> operation, ILogger logger)
    {
        try
        {
            return await operation(http);
        }
        catch (BadHttpRequestException exception)
        {
            return Problem.Of(exception);
        }
        catch (ArgumentException exception)
        {
            return Problem.BadRequest(exception.Message);
        }
        catch (NotSupportedException exception)
        {
            return Problem.NotSupported(exception.Message);
        }
        catch (OperationCanceledException) when (http.RequestAborted.IsCancellationRequested)
        {
            return Results.Empty;
        }
        catch (Exception exception)
        {
            logger.ManagementFailed(exception, http.Request.Method, http.Request.Path);
            return Problem.Internal($"{Describe(exception)} The log has the reason under {http.Request.Method} {http.Request.Path}.");
        }
    }

    /// <summary>What failed, without a place on this machine.</summary>
    private static string Describe(Exception exception) => exception switch
    {
        UnknownRecordException problem => problem.Message,
        JournalCorruptException damage =>
            $"Record {damage.Record} of the history, at byte {damage.Offset}, is damaged: the history must be restored from a backup.",
        JournalVersionException newer => $"Record {newer.Record} of the history was written by a newer version of this program: run that.",
        _ => "The request failed.",
    };
}

/// <summary>The options of the management API.</summary>
public sealed record ManagementOptions
{
    /// <summary>Decides which requests are served. The default is <see cref="AccessPolicy.Loopback"/>.</summary>
    public AccessPolicy Access { get; init; } = AccessPolicy.Loopback;

    /// <summary>The task hub in the URLs of responses. Null, the default, uses that of the request, if any.</summary>
    public string? HubName { get; init; }

    /// <summary>The names of the orchestrators that can be started, not case-sensitive. Null, the default, allows every name.</summary>
    public IReadOnlyCollection<string>? Orchestrators { get; init; }

    /// <summary>
    /// Reads the durable events of an instance's current execution, none when it is unknown. Null, the default, refuses <c>showHistory</c> with 501.
    /// </summary>
    public Func<string, CancellationToken, IAsyncEnumerable<HistoryEvent>>? History { get; init; }

    /// <summary>Cancelled when the host stops; ends waits for a completion.</summary>
    public CancellationToken Stopping { get; init; }

    /// <summary>The clock of timeouts. The default is the system's.</summary>
    public TimeProvider Time { get; init; } = TimeProvider.System;
}
