using System.Text.Json;
using Microsoft.AspNetCore.Http;
using Microsoft.Azure.Functions.Worker;
using Microsoft.DurableTask.Client;
using Orchestrator.Activities.Documents;
using Orchestrator.Activities.Runs;
using Orchestrator.Functions.Orchestrations;
using Orchestrator.Functions.Runs;
using Orchestrator.Workflows.Names;
using Orchestrator.Workflows.Serialization;

namespace Orchestrator.Functions.Http;

/// <summary>Runs over HTTP.</summary>
public sealed class RunFunctions(HttpRunStart start, RunReader reader, RunLister lister, StepReader steps, RunStore runs, RunCanceller canceller)
{
    /// <summary><c>POST /api/runs</c>: starts the definition in the body.</summary>
    [Function("StartRun")]
    public Task<IResult> StartAsync(
        [HttpTrigger(AuthorizationLevel.Function, "post", Route = "runs")] HttpRequest request,
        [DurableClient] DurableTaskClient client,
        CancellationToken cancellationToken) => start.StartAsync(request, client, cancellationToken);

    /// <summary><c>GET /api/runs</c>: the runs that the query lets through, the newest first.</summary>
    [Function("ListRuns")]
    public async Task<IResult> ListAsync(
        [HttpTrigger(AuthorizationLevel.Function, "get", Route = "runs")] HttpRequest request, CancellationToken cancellationToken)
    {
        ArgumentNullException.ThrowIfNull(request);
        try
        {
            return Results.Json(await lister.ListAsync(RunListQuery.Read(request), cancellationToken), WorkflowJson.Document);
        }
        catch (RequestRefusedException refusal)
        {
            return Problems.Of(refusal);
        }
        catch (FormatException exception)
        {
            return Problems.Of(StatusCodes.Status400BadRequest, "invalidInput", exception.Message);
        }
    }

    /// <summary><c>GET /api/runs/{runId}</c>: the run as it is now.</summary>
    [Function("GetRun")]
    public async Task<IResult> GetAsync(
        [HttpTrigger(AuthorizationLevel.Function, "get", Route = "runs/{runId}")] HttpRequest request, string runId, CancellationToken cancellationToken)
    {
        ArgumentNullException.ThrowIfNull(request);
        return NameRules.RunId.IsMatch(runId) && await reader.FindAsync(runId, cancellationToken) is { } run
            ? Results.Json(run, WorkflowJson.Document)
            : Problems.RunNotFound(runId);
    }

    /// <summary><c>GET /api/runs/{runId}/steps/{stepPath}</c>: a step with its output and all its attempts.</summary>
    [Function("GetRunStep")]
    public async Task<IResult> GetStepAsync(
        [HttpTrigger(AuthorizationLevel.Function, "get", Route = "runs/{runId}/steps/{stepPath}")] HttpRequest request,
        string runId,
        string stepPath,
        CancellationToken cancellationToken)
    {
        ArgumentNullException.ThrowIfNull(request);
        if (!NameRules.RunId.IsMatch(runId) || await runs.FindAsync(runId, cancellationToken) is null)
        {
            return Problems.RunNotFound(runId);
        }

        return await steps.FindAsync(runId, stepPath, cancellationToken) is { } step
            ? Results.Json(step, WorkflowJson.Document)
            : Problems.Of(StatusCodes.Status404NotFound, "stepNotFound", $"Run '{runId}' has no step '{stepPath}'.");
    }

    /// <summary><c>POST /api/runs/{runId}/cancel</c>: asks the run to end; it does when its executing steps have ended.</summary>
    [Function("CancelRun")]
    public async Task<IResult> CancelAsync(
        [HttpTrigger(AuthorizationLevel.Function, "post", Route = "runs/{runId}/cancel")] HttpRequest request,
        [DurableClient] DurableTaskClient client,
        string runId,
        CancellationToken cancellationToken)
    {
        ArgumentNullException.ThrowIfNull(request);
        if (!NameRules.RunId.IsMatch(runId) || await runs.FindAsync(runId, cancellationToken) is not { } run)
        {
            return Problems.RunNotFound(runId);
        }

        if (run.HasEnded)
        {
            var status = JsonNamingPolicy.CamelCase.ConvertName(run.Status.ToString());
            return Problems.Of(
                StatusCodes.Status409Conflict, "wrongState", $"Run '{runId}' has ended: it is {status}.", new KeyValuePair<string, object?>("runStatus", run.Status));
        }

        await canceller.CancelAsync(client, new RunInput(runId, run.Attempt), cancellationToken);
        return Results.Json(new { runId, status = run.Status }, WorkflowJson.Compact, statusCode: StatusCodes.Status202Accepted);
    }
}
