using Microsoft.AspNetCore.Http;
using Microsoft.Azure.Functions.Worker;
using Orchestrator.Activities.Catalog.Prompts;
using Orchestrator.Workflows.Serialization;

namespace Orchestrator.Functions.Http.Prompts;

/// <summary>Stored prompts over HTTP. Thread-safe.</summary>
public sealed class PromptFunctions(PromptStore store, TimeProvider time)
{
    /// <summary>The format of Microsoft's prompty files.</summary>
    private const string Prompty = "text/x-prompty";

    private const string Json = "application/json";

    private static readonly string[] Types = ["text/markdown", "text/plain", Prompty, Json];

    /// <summary>
    /// <c>PUT /api/prompts/{slug}</c>: stores the prompt in the body, a text with an optional front matter or a JSON object, as the newest version;
    /// <c>?label=</c> makes it the version of that environment, too.
    /// </summary>
    [Function("PutPrompt")]
    public Task<IResult> PutAsync(
        [HttpTrigger(AuthorizationLevel.Function, "put", Route = "prompts/{slug}")] HttpRequest request,
        string slug,
        CancellationToken cancellationToken) =>
        Problems.AnswerAsync(async () =>
        {
            ArgumentNullException.ThrowIfNull(request);
            request.CheckQuery("app", "label");
            var body = await RequestBody.ReadAsync(request, "prompt", PromptFolder.MaxBytes, Types, cancellationToken);
            var text = RequestBody.Utf8(body, "prompt");
            var prompt = RequestBody.MediaType(request)?.ToLowerInvariant() switch
            {
                Prompty => PromptFile.Parse(slug, $"{slug}.prompty", text),
                Json => PromptFile.Parse(slug, $"{slug}.md", PromptJson.ToFile(text)),
                _ => PromptFile.Parse(slug, $"{slug}.md", text),
            };
            var put = await store.PutAsync(prompt, request.Query("app"), request.Query("label"), request.Condition(), cancellationToken);
            return Results.Json(
                PromptDocument.Of(put.Stored.Record, prompt),
                WorkflowJson.Document,
                statusCode: put.Created ? StatusCodes.Status201Created : StatusCodes.Status200OK).WithETag(put.Stored.ETag);
        });

    /// <summary>
    /// <c>GET /api/prompts/{slug}</c>: the newest version, with <c>?environment=</c> the one that this environment uses; <c>slug@version</c>: that
    /// one.
    /// </summary>
    [Function("GetPrompt")]
    public Task<IResult> GetAsync(
        [HttpTrigger(AuthorizationLevel.Function, "get", Route = "prompts/{slug}")] HttpRequest request,
        string slug,
        CancellationToken cancellationToken)
    {
        ArgumentNullException.ThrowIfNull(request);
        var (app, asked) = (request.Query("app"), request.Query("environment"));
        return Problems.AnswerAsync(
            async token =>
            {
                var reference = PromptReference.Parse(slug);
                var (stored, etag) = await store.RequireAsync(reference.Slug, app, token);
                var version = reference.Version ?? (asked is { } environment ? stored.VersionOf(environment) : null);
                return Results.Json(PromptDocument.Of(stored, await store.ReadAsync(stored, version, token)), WorkflowJson.Document).WithETag(etag);
            },
            time,
            cancellationToken);
    }

    /// <summary><c>DELETE /api/prompts/{slug}</c>: deletes the prompt with all its versions. Started runs keep the texts that they use.</summary>
    [Function("DeletePrompt")]
    public Task<IResult> DeleteAsync(
        [HttpTrigger(AuthorizationLevel.Function, "delete", Route = "prompts/{slug}")] HttpRequest request,
        string slug,
        CancellationToken cancellationToken) =>
        Problems.AnswerAsync(async () =>
        {
            ArgumentNullException.ThrowIfNull(request);
            request.CheckQuery("app");
            await store.DeleteAsync(slug, request.Query("app"), request.Condition(), cancellationToken);
            return Results.NoContent();
        });
}
