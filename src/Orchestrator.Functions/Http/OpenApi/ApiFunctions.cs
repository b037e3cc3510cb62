using Microsoft.AspNetCore.Http;
using Microsoft.Azure.Functions.Worker;
using Orchestrator.Workflows.Serialization;

namespace Orchestrator.Functions.Http.OpenApi;

/// <summary>The description of the API. Thread-safe.</summary>
public static class ApiFunctions
{
    /// <summary><c>GET /api/openapi.json</c>: this API as an OpenAPI document.</summary>
    [Function("GetOpenApi")]
    public static IResult Get([HttpTrigger(AuthorizationLevel.Function, "get", Route = "openapi.json")] HttpRequest request)
    {
        ArgumentNullException.ThrowIfNull(request);
        var path = request.Path.Value ?? "";
        var api = $"{request.Scheme}://{request.Host}{path[..path.LastIndexOf('/')]}";
        return Results.Json(ApiDocument.Create(api, ApiOperations.All), WorkflowJson.Compact);
    }
}
