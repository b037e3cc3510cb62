using Microsoft.AspNetCore.Http;
using Microsoft.Azure.Functions.Worker;
using Microsoft.DurableTask.Client;
using Orchestrator.Activities.Feed;
using Orchestrator.Activities.RunLogs;
using Orchestrator.Functions.Application;
using Orchestrator.Workflows.Names;
using Orchestrator.Workflows.Serialization;

namespace Orchestrator.Functions.Http.Runs;

/// <summary>Starts, reads and lists runs over HTTP. Thread-safe.</summary>
public sealed class RunFunctions(
    HttpRunStart start, RunReader reader, RunLister lister, RunStepReader steps, RunStore runs, RunReconciler reconciler, RunDrivers drivers,
    TimeProvider time)
{
    /// <summary><c>POST /api/runs</c>: starts the definition in the body.</summary>
    [Function("StartRun")]
    public Task<IResult> StartAsync(
        [HttpTrigger(AuthorizationLevel.Function, "post", Route = "runs")] HttpRequest request,
        [DurableClient] DurableTaskClient client,
        CancellationToken cancellationToken) => start.StartAsync(request, client, cancellationToken);

    /// <summary><c>GET /api/runs</c>: the runs that match the query, the newest first.</summary>
    [Function("ListRuns")]
    public Task<IResult> ListAsync(
        [HttpTrigger(AuthorizationLevel.Function, "get", Route = "runs")] HttpRequest request,
        [DurableClient] DurableTaskClient client,
        CancellationToken cancellationToken) => Problems.AnswerAsync(() =>
        {
            var filter = RunListQuery.Read(request);
            return Problems.AnswerAsync(token => ListAsync(client, filter, token), time, cancellationToken);
        });

    /// <summary><c>GET /api/runs/{runId}</c>: the current state of the run.</summary>
    [Function("GetRun")]
    public Task<IResult> GetAsync(
        [HttpTrigger(AuthorizationLevel.Function, "get", Route = "runs/{runId}")] HttpRequest request,
        [DurableClient] DurableTaskClient client,
        string runId,
        CancellationToken cancellationToken) => Problems.AnswerAsync(
            async token => NameRules.RunId.IsMatch(runId) && await FindAsync(client, runId, token) is { } run
                ? Results.Json(run, WorkflowJson.Document)
                : throw await RunNotFoundException.CreateAsync(runs, runId, token),
            time,
            cancellationToken);

    /// <summary><c>GET /api/runs/{runId}/steps/{stepPath}</c>: a step with its output and all its attempts.</summary>
    [Function("GetRunStep")]
    public Task<IResult> GetStepAsync(
        [HttpTrigger(AuthorizationLevel.Function, "get", Route = "runs/{runId}/steps/{stepPath}")] HttpRequest request,
        string runId,
        string stepPath,
        CancellationToken cancellationToken) => Problems.AnswerAsync(
            async token =>
            {
                if (!NameRules.RunId.IsMatch(runId) || await runs.FindAsync(runId, token) is null)
                {
                    throw await RunNotFoundException.CreateAsync(runs, runId, token);
                }

                return await steps.FindAsync(runId, stepPath, token) is { } step
                    ? Results.Json(step, WorkflowJson.Document)
                    : Problems.Of(StatusCodes.Status404NotFound, "stepNotFound", $"Run '{runId}' has no step '{stepPath}'.");
            },
            time,
            cancellationToken);

    private async Task<RunDocument?> FindAsync(DurableTaskClient client, string runId, CancellationToken cancellationToken)
    {
        if (await runs.FindAsync(runId, cancellationToken) is not { } record)
        {
            return null;
        }

        var now = await reconciler.ReconcileForReadAsync(client, record, cancellationToken);
        return await reader.FindAsync(
            runId,
            async stored =>
            {
                // The stored record lacks the error of a correction that could not be written.
                var isSame = (stored.Attempt, stored.Status) == (now.Attempt, now.Status);
                var shown = await drivers.ShownAsync(runs, stored, cancellationToken);
                return shown with { Error = shown.Error ?? (isSame && !shown.HasEnded ? now.Error : null) };
            },
            cancellationToken);
    }

    private async Task<IResult> ListAsync(DurableTaskClient client, RunFilter filter, CancellationToken cancellationToken)
    {
        try
        {
            var page = await lister.ListAsync(
                filter,
                async record =>
                {
                    var now = await reconciler.ReconcileForReadAsync(client, record, cancellationToken);
                    return await drivers.ShownAsync(runs, now, cancellationToken);
                },
                cancellationToken);
            return Results.Json(page, WorkflowJson.Document);
        }
        catch (FormatException exception)
        {
            return Problems.Of(StatusCodes.Status400BadRequest, "invalidInput", exception.Message);
        }
    }
}
