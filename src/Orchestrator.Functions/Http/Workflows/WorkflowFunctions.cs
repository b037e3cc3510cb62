using Microsoft.AspNetCore.Http;
using Microsoft.Azure.Functions.Worker;
using Microsoft.DurableTask.Client;
using Orchestrator.Activities.Catalog.Workflows;
using Orchestrator.Activities.Tools;
using Orchestrator.Functions.Application;
using Orchestrator.Functions.Http.Runs;
using Orchestrator.Workflows.Definitions;
using Orchestrator.Workflows.Formats;
using Orchestrator.Workflows.Serialization;

namespace Orchestrator.Functions.Http.Workflows;

/// <summary>Workflows over HTTP. Thread-safe.</summary>
public sealed class WorkflowFunctions(WorkflowStore store, ToolSet tools, HttpRunStart start, TimeProvider time)
{
    private static readonly string[] Types = ["application/json", "application/yaml", "application/x-yaml", "text/yaml", "text/plain"];

    /// <summary>
    /// <c>POST /api/workflows/validate</c>: all findings of the definition in the body, which is read as JSON or YAML whatever its media type is.
    /// Nothing is stored.
    /// </summary>
    [Function("ValidateWorkflow")]
    public Task<IResult> ValidateAsync(
        [HttpTrigger(AuthorizationLevel.Function, "post", Route = "workflows/validate")] HttpRequest request, CancellationToken cancellationToken) =>
        Problems.AnswerAsync(async () =>
        {
            ArgumentNullException.ThrowIfNull(request);
            request.CheckQuery();
            var text = await RequestBody.ReadAsync(request, DefinitionLimits.MaxBytes, cancellationToken);
            var result = WorkflowReader.Read(text, tools.KnownWithInputs);
            return Results.Json(new { valid = result.Workflow is not null, diagnostics = result.Diagnostics }, WorkflowJson.Document);
        });

    /// <summary><c>PUT /api/workflows/{slug}</c>: stores the definition in the body.</summary>
    [Function("PutWorkflow")]
    public Task<IResult> PutAsync(
        [HttpTrigger(AuthorizationLevel.Function, "put", Route = "workflows/{slug}")] HttpRequest request,
        string slug,
        CancellationToken cancellationToken) =>
        Problems.AnswerAsync(async () =>
        {
            ArgumentNullException.ThrowIfNull(request);
            request.CheckQuery("app");
            var text = await RequestBody.ReadAsync(request, "definition", DefinitionLimits.MaxBytes, Types, cancellationToken);
            var put = await store.PutAsync(slug, request.Query("app"), text, request.Condition(), cancellationToken);
            var stored = put.Stored.Record;
            return Results.Json(
                new { stored.Slug, stored.App, stored.Id, stored.Name, stored.Hash, stored.UpdatedAt, put.Warnings },
                WorkflowJson.Document,
                statusCode: put.Created ? StatusCodes.Status201Created : StatusCodes.Status200OK).WithETag(put.Stored.ETag);
        });

    /// <summary><c>GET /api/workflows/{slug}</c>: the workflow with its definition. The slug may be the workflow's id.</summary>
    [Function("GetWorkflow")]
    public Task<IResult> GetAsync(
        [HttpTrigger(AuthorizationLevel.Function, "get", Route = "workflows/{slug}")] HttpRequest request,
        string slug,
        CancellationToken cancellationToken)
    {
        ArgumentNullException.ThrowIfNull(request);
        var app = request.Query("app");
        return Problems.AnswerAsync(
            async token =>
            {
                var (stored, etag) = await store.RequireAsync(slug, app, token);
                return Results.Json(WorkflowDocument.Of(stored, await store.ReadTextAsync(stored, token)), WorkflowJson.Document).WithETag(etag);
            },
            time,
            cancellationToken);
    }

    /// <summary><c>POST /api/workflows/{slug}/runs</c>: starts the stored workflow.</summary>
    [Function("StartWorkflow")]
    public Task<IResult> StartAsync(
        [HttpTrigger(AuthorizationLevel.Function, "post", Route = "workflows/{slug}/runs")] HttpRequest request,
        [DurableClient] DurableTaskClient client,
        string slug,
        CancellationToken cancellationToken) =>
        Problems.AnswerAsync(async () =>
        {
            ArgumentNullException.ThrowIfNull(request);
            var (stored, _) = await store.RequireAsync(slug, request.Query("app"), cancellationToken);
            var definition = new StartRequest
            {
                Definition = await store.ReadTextAsync(stored, cancellationToken),
                FallbackSlug = stored.Slug,
                FallbackApp = stored.App,
            };
            return await start.StartAsync(request, client, definition, cancellationToken);
        });

    /// <summary><c>DELETE /api/workflows/{slug}</c>: deletes the workflow. Started runs keep their definitions.</summary>
    [Function("DeleteWorkflow")]
    public Task<IResult> DeleteAsync(
        [HttpTrigger(AuthorizationLevel.Function, "delete", Route = "workflows/{slug}")] HttpRequest request,
        string slug,
        CancellationToken cancellationToken) =>
        Problems.AnswerAsync(async () =>
        {
            ArgumentNullException.ThrowIfNull(request);
            request.CheckQuery("app");
            await store.DeleteAsync(slug, request.Query("app"), request.Condition(), cancellationToken);
            return Results.NoContent();
        });

    /// <summary><c>GET /api/workflows/{slug}/versions</c>: all definitions that were stored under the slug, the newest first.</summary>
    [Function("GetWorkflowVersions")]
    public Task<IResult> GetVersionsAsync(
        [HttpTrigger(AuthorizationLevel.Function, "get", Route = "workflows/{slug}/versions")] HttpRequest request,
        string slug,
        CancellationToken cancellationToken)
    {
        ArgumentNullException.ThrowIfNull(request);
        var app = request.Query("app");
        return Problems.AnswerAsync(
            async token =>
            {
                var (stored, etag) = await store.RequireAsync(slug, app, token);
                return Results.Json(new { stored.Slug, stored.App, stored.Versions }, WorkflowJson.Document).WithETag(etag);
            },
            time,
            cancellationToken);
    }
}
