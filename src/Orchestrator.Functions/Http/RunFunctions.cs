using Microsoft.AspNetCore.Http;
using Microsoft.Azure.Functions.Worker;
using Microsoft.DurableTask.Client;
using Orchestrator.Activities.Documents;
using Orchestrator.Activities.Runs;
using Orchestrator.Functions.Runs;
using Orchestrator.Workflows.Names;
using Orchestrator.Workflows.Serialization;

namespace Orchestrator.Functions.Http;

/// <summary>Runs over HTTP.</summary>
public sealed class RunFunctions(HttpRunStart start, RunReader reader, RunLister lister, StepReader steps, RunStore runs, RunReconciler reconciler, RunDrivers drivers)
{
    /// <summary><c>POST /api/runs</c>: starts the definition in the body.</summary>
    [Function("StartRun")]
    public Task<IResult> StartAsync(
        [HttpTrigger(AuthorizationLevel.Function, "post", Route = "runs")] HttpRequest request,
        [DurableClient] DurableTaskClient client,
        CancellationToken cancellationToken) => start.StartAsync(request, client, cancellationToken);

    /// <summary><c>GET /api/runs</c>: the runs that the query lets through, the newest first.</summary>
    [Function("ListRuns")]
    public Task<IResult> ListAsync(
        [HttpTrigger(AuthorizationLevel.Function, "get", Route = "runs")] HttpRequest request,
        [DurableClient] DurableTaskClient client,
        CancellationToken cancellationToken) => Problems.AnswerAsync(async () =>
        {
            try
            {
                var page = await lister.ListAsync(RunListQuery.Read(request), async record => drivers.Shown(await reconciler.ReconcileAsync(client, record, cancellationToken)), cancellationToken);
                return Results.Json(page, WorkflowJson.Document);
            }
            catch (FormatException exception)
            {
                return Problems.Of(StatusCodes.Status400BadRequest, "invalidInput", exception.Message);
            }
        });

    /// <summary><c>GET /api/runs/{runId}</c>: the run as it is now.</summary>
    [Function("GetRun")]
    public Task<IResult> GetAsync(
        [HttpTrigger(AuthorizationLevel.Function, "get", Route = "runs/{runId}")] HttpRequest request,
        [DurableClient] DurableTaskClient client,
        string runId,
        CancellationToken cancellationToken) => Problems.AnswerAsync(async () =>
        {
            return NameRules.RunId.IsMatch(runId)
                && await reconciler.FindAsync(client, runId, cancellationToken) is not null
                && await reader.FindAsync(runId, cancellationToken) is { } run
                ? Results.Json(run with { Status = drivers.Shown(runId, run.Attempt, run.Status) }, WorkflowJson.Document)
                : throw await NotFoundAsync(runId, cancellationToken);
        });

    /// <summary><c>GET /api/runs/{runId}/steps/{stepPath}</c>: a step with its output and all its attempts.</summary>
    [Function("GetRunStep")]
    public Task<IResult> GetStepAsync(
        [HttpTrigger(AuthorizationLevel.Function, "get", Route = "runs/{runId}/steps/{stepPath}")] HttpRequest request,
        string runId,
        string stepPath,
        CancellationToken cancellationToken) => Problems.AnswerAsync(async () =>
        {
            if (!NameRules.RunId.IsMatch(runId) || await runs.FindAsync(runId, cancellationToken) is null)
            {
                throw await NotFoundAsync(runId, cancellationToken);
            }

            return await steps.FindAsync(runId, stepPath, cancellationToken) is { } step
                ? Results.Json(step, WorkflowJson.Document)
                : Problems.Of(StatusCodes.Status404NotFound, "stepNotFound", $"Run '{runId}' has no step '{stepPath}'.");
        });

    private async Task<RunNotFoundException> NotFoundAsync(string runId, CancellationToken cancellationToken) =>
        new(runId, NameRules.RunId.IsMatch(runId) && await runs.FindAnyAsync(runId, cancellationToken) is not null);
}
