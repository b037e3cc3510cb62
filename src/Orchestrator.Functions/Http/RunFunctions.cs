using System.Globalization;
using System.Text;
using System.Text.Json;
using Microsoft.AspNetCore.Http;
using Microsoft.Azure.Functions.Worker;
using Microsoft.DurableTask.Client;
using Orchestrator.Activities.Documents;
using Orchestrator.Activities.Mocks;
using Orchestrator.Activities.Runs;
using Orchestrator.Functions.Runs;
using Orchestrator.Workflows.Reading;
using Orchestrator.Workflows.Serialization;

namespace Orchestrator.Functions.Http;

/// <summary>Runs over HTTP.</summary>
public sealed class RunFunctions(RunStarter starter, RunReader reader, OrchestratorOptions options)
{
    /// <summary>How long a client should wait before it asks for the status, as the Durable extension says it: seconds.</summary>
    private const int RetryAfterSeconds = 10;

    /// <summary>As in definitions.</summary>
    private const int MaxParallelism = 10_000;

    /// <summary>The most bytes of a body: a definition of the largest size, and its inputs.</summary>
    private const long MaxBodyBytes = 2L * DefinitionLimits.MaxBytes;

    /// <summary><c>POST /api/runs</c>: starts the definition in the body.</summary>
    [Function("StartRun")]
    public async Task<IResult> StartAsync(
        [HttpTrigger(AuthorizationLevel.Function, "post", Route = "runs")] HttpRequest request,
        [DurableClient] DurableTaskClient client,
        CancellationToken cancellationToken)
    {
        ArgumentNullException.ThrowIfNull(request);
        if (!request.HasJsonContentType())
        {
            return Problems.Of(StatusCodes.Status415UnsupportedMediaType, "wrongMediaType", "Send the run as application/json.");
        }

        if (request.ContentLength > MaxBodyBytes)
        {
            return Problems.Of(StatusCodes.Status413PayloadTooLarge, "payloadTooLarge", $"The body may have {MaxBodyBytes} bytes.");
        }

        StartRunBody? body;
        try
        {
            body = await JsonSerializer.DeserializeAsync<StartRunBody>(request.Body, WorkflowJson.Compact, cancellationToken);
        }
        catch (JsonException exception)
        {
            return Problems.Of(StatusCodes.Status400BadRequest, "invalidJson", $"The body is not a run: {exception.Message}");
        }

        if (body is null || body.Definition.ValueKind == JsonValueKind.Undefined)
        {
            return Problems.Of(StatusCodes.Status400BadRequest, "invalidInput", "The body has no 'definition'.");
        }

        if (body.Options?.MaxParallelism is < 1 or > MaxParallelism)
        {
            return Problems.Of(StatusCodes.Status400BadRequest, "invalidInput", $"'options.maxParallelism' must be from 1 to {MaxParallelism}.");
        }

        MockScript? mocks = null;
        if (body.Options?.Mocks is { } script)
        {
            if (!options.AllowMocks)
            {
                return Problems.Of(StatusCodes.Status400BadRequest, "invalidInput", "This host does not allow mocks (Orchestrator__AllowMocks).");
            }

            if (!MockScript.TryParse(script, out mocks, out var findings))
            {
                return Problems.Of(
                    StatusCodes.Status400BadRequest, "invalidInput", string.Join(" ", findings.Select(finding => finding.Message)),
                    new KeyValuePair<string, object?>("diagnostics", findings));
            }
        }

        return await StartAsync(request, client, body, mocks, cancellationToken);
    }

    /// <summary><c>GET /api/runs/{runId}</c>: the run as it is now.</summary>
    [Function("GetRun")]
    public async Task<IResult> GetAsync(
        [HttpTrigger(AuthorizationLevel.Function, "get", Route = "runs/{runId}")] HttpRequest request, string runId, CancellationToken cancellationToken)
    {
        ArgumentNullException.ThrowIfNull(request);
        return Workflows.Names.NameRules.RunId.IsMatch(runId) && await reader.FindAsync(runId, cancellationToken) is { } run
            ? Results.Json(run, WorkflowJson.Document)
            : Problems.Of(StatusCodes.Status404NotFound, "runNotFound", $"There is no run '{runId}'.");
    }

    private async Task<IResult> StartAsync(
        HttpRequest request, DurableTaskClient client, StartRunBody body, MockScript? mocks, CancellationToken cancellationToken)
    {
        try
        {
            var run = await starter.StartAsync(
                client,
                new StartRequest
                {
                    Definition = Encoding.UTF8.GetBytes(body.Definition.GetRawText()),
                    Inputs = body.Inputs ?? [],
                    RunId = body.RunId,
                    Model = body.Options?.Model,
                    MaxParallelism = body.Options?.MaxParallelism,
                    Environment = body.Options?.Environment ?? "default",
                    Tags = body.Tags ?? [],
                    Mocks = mocks,
                },
                cancellationToken);
            var payload = StartPayload.For(request, run);
            request.HttpContext.Response.Headers.Location = payload.StatusQueryGetUri;
            request.HttpContext.Response.Headers.RetryAfter = RetryAfterSeconds.ToString(CultureInfo.InvariantCulture);
            return Results.Json(payload, WorkflowJson.Compact, statusCode: StatusCodes.Status202Accepted);
        }
        catch (DefinitionRefusedException refusal)
        {
            return Problems.Of(refusal);
        }
        catch (RunRefusedException refusal)
        {
            return Problems.Of(refusal);
        }
        catch (RunExistsException refusal)
        {
            return Problems.Of(refusal);
        }
    }
}
