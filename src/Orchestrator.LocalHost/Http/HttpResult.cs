using Microsoft.AspNetCore.Http;
using Microsoft.AspNetCore.Mvc;
using Microsoft.AspNetCore.Mvc.Abstractions;
using Microsoft.AspNetCore.Routing;

namespace Orchestrator.LocalHost.Http;

/// <summary>Writes what an HTTP function returned.</summary>
internal static class HttpResult
{
    /// <param name="result">Null leaves the response as the function wrote it; text and other objects are answered with 200.</param>
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
