using Microsoft.AspNetCore.Http;
using Microsoft.AspNetCore.Mvc;
using Microsoft.AspNetCore.Mvc.Abstractions;
using Microsoft.AspNetCore.Routing;
using Microsoft.DurableTask.Client;
using Microsoft.Extensions.DependencyInjection;
using Microsoft.Extensions.Logging;
using Microsoft.Extensions.Logging.Abstractions;
using Orchestrator.LocalHost.Functions;

namespace Orchestrator.LocalHost.Http;

/// <summary>Serves the requests of one function.</summary>
internal sealed class HttpFunctionHandler(
    HttpFunction function, IServiceProvider services, DurableTaskClient client, AccessPolicy access, CancellationToken stopping)
{
    private readonly ILogger _logger =
        services.GetService<ILoggerFactory>()?.CreateLogger("Function." + function.Name) ?? NullLogger.Instance;

    public async Task HandleAsync(HttpContext http)
    {
        if (access.Check(http.Request, function.Level) is { } refusal)
        {
            await refusal.ExecuteAsync(http);
            return;
        }

        await using var scope = services.CreateAsyncScope();
        var serverServices = http.RequestServices;
        http.RequestServices = scope.ServiceProvider;
        try
        {
            await RunAsync(http, scope.ServiceProvider);
        }
        finally
        {
            http.RequestServices = serverServices;
        }
    }

    private async Task RunAsync(HttpContext http, IServiceProvider scope)
    {
        using var ending = CancellationTokenSource.CreateLinkedTokenSource(http.RequestAborted, stopping);
        await using var invocation = new LocalFunctionContext(function, http, scope, ending.Token) { Client = client };
        try
        {
            var result = await invocation.InvokeAsync();
            await HttpResult.WriteAsync(result, http);
        }
        catch (OperationCanceledException) when (ending.IsCancellationRequested)
        {
            // The client has disconnected, or the host stops.
            await AnswerAsync(http, Problem.Of(StatusCodes.Status503ServiceUnavailable, "stopping", "The host stops."));
        }
        catch (BadHttpRequestException exception)
        {
            await AnswerAsync(http, Problem.Of(exception));
        }
        catch (Exception exception)
        {
            _logger.FunctionFailed(
                exception, function.Name, function.Definition.EntryPoint, http.Request.Method, http.Request.Path, invocation.InvocationId);
            await AnswerAsync(
                http, Problem.Internal(
                    $"The function '{function.Name}' failed. The log has the reason under the invocation {invocation.InvocationId}."));
        }
    }

    private static async Task AnswerAsync(HttpContext http, IResult answer)
    {
        if (http.Response.HasStarted)
        {
            // Abort the connection, so that the client sees an incomplete response.
            http.Abort();
            return;
        }

        http.Response.Clear();
        await answer.ExecuteAsync(http);
    }
}

/// <summary>Writes the return value of an HTTP function as the response.</summary>
internal static class HttpResult
{
    /// <param name="result">Null keeps the response that the function wrote; text and other objects become the body of a 200.</param>
    public static Task WriteAsync(object? result, HttpContext http) => result switch
    {
        null => Task.CompletedTask,
        IResult ready => ready.ExecuteAsync(http),
        IActionResult action => action.ExecuteResultAsync(new ActionContext(http, http.GetRouteData(), new ActionDescriptor())),
        string text => TypedResults.Text(text).ExecuteAsync(http),
        HttpResponse => Task.CompletedTask,
        _ => Results.Json(result).ExecuteAsync(http),
    };
}
