using Microsoft.AspNetCore.Http;
using Microsoft.Azure.Functions.Worker;
using Orchestrator.Functions.Application;
using Orchestrator.Storage;
using Orchestrator.Workflows.Serialization;

namespace Orchestrator.Functions.Http;

/// <summary>The health check. Thread-safe.</summary>
public sealed class HealthFunctions(IContentStore store, TimeProvider time)
{
    /// <summary>
    /// <c>GET /api/health</c>: 200 when the content store responds, else 503. It needs no key and does not show the place of the store.
    /// </summary>
    [Function("Health")]
    public Task<IResult> GetAsync(
        [HttpTrigger(AuthorizationLevel.Anonymous, "get", Route = "health")] HttpRequest request, CancellationToken cancellationToken) =>
        Problems.AnswerAsync(
            async token =>
            {
                await store.GetAsync(StoreCheck.ProbeKey, token);
                return Results.Json(new { status = "ok", store = "ok" }, WorkflowJson.Compact);
            },
            time,
            cancellationToken);
}
