using Microsoft.AspNetCore.Http;
using Microsoft.Azure.Functions.Worker;
using Microsoft.DurableTask.Client;
using Orchestrator.Activities.Runs;
using Orchestrator.Functions.Application;
using Orchestrator.Workflows.Names;
using Orchestrator.Workflows.Serialization;

namespace Orchestrator.Functions.Http.Runs;

/// <summary>
/// Operations on runs over HTTP. Each answers 202 when it is done or under way, 404 for an unknown run, and 409 when the state of the run does not
/// allow it. Thread-safe.
/// </summary>
public sealed class RunControlFunctions(RunSteering steering, RunDeleter deleter, RunStarter starter, HttpRunResume resume)
{
    /// <summary><c>POST /api/runs/{runId}/resume</c>: resumes a run that failed or was cancelled.</summary>
    [Function("ResumeRun")]
    public Task<IResult> ResumeAsync(
        [HttpTrigger(AuthorizationLevel.Function, "post", Route = "runs/{runId}/resume")] HttpRequest request,
        [DurableClient] DurableTaskClient client,
        string runId,
        CancellationToken cancellationToken) => AnswerAsync(request, runId, () => resume.ResumeAsync(request, client, runId, cancellationToken));

    /// <summary><c>POST /api/runs/{runId}/restart</c>: starts a new run with the same definition and inputs.</summary>
    [Function("RestartRun")]
    public Task<IResult> RestartAsync(
        [HttpTrigger(AuthorizationLevel.Function, "post", Route = "runs/{runId}/restart")] HttpRequest request,
        [DurableClient] DurableTaskClient client,
        string runId,
        CancellationToken cancellationToken) => AnswerAsync(
            request,
            runId,
            async () => StartPayload.Answer(request, client, await starter.RestartAsync(client, runId, foreground: null, cancellationToken)));

    /// <summary><c>POST /api/runs/{runId}/cancel</c>: requests the end of the run, which ends when its executing steps have ended.</summary>
    [Function("CancelRun")]
    public Task<IResult> CancelAsync(
        [HttpTrigger(AuthorizationLevel.Function, "post", Route = "runs/{runId}/cancel")] HttpRequest request,
        [DurableClient] DurableTaskClient client,
        string runId,
        CancellationToken cancellationToken) =>
        AnswerAsync(request, runId, async () => Accepted(await steering.CancelAsync(client, runId, cancellationToken)));

    /// <summary><c>POST /api/runs/{runId}/suspend</c>: starts no further steps; executing steps finish.</summary>
    [Function("SuspendRun")]
    public Task<IResult> SuspendAsync(
        [HttpTrigger(AuthorizationLevel.Function, "post", Route = "runs/{runId}/suspend")] HttpRequest request,
        [DurableClient] DurableTaskClient client,
        string runId,
        CancellationToken cancellationToken) =>
        AnswerAsync(request, runId, async () => Accepted(await steering.SuspendAsync(client, runId, cancellationToken)));

    /// <summary><c>POST /api/runs/{runId}/continue</c>: continues a suspended run.</summary>
    [Function("ContinueRun")]
    public Task<IResult> ContinueAsync(
        [HttpTrigger(AuthorizationLevel.Function, "post", Route = "runs/{runId}/continue")] HttpRequest request,
        [DurableClient] DurableTaskClient client,
        string runId,
        CancellationToken cancellationToken) =>
        AnswerAsync(request, runId, async () => Accepted(await steering.ContinueAsync(client, runId, cancellationToken)));

    /// <summary>
    /// <c>DELETE /api/runs/{runId}?force=</c>: deletes a run that has ended; with force, a run in any state, which is terminated first.
    /// </summary>
    [Function("DeleteRun")]
    public Task<IResult> DeleteAsync(
        [HttpTrigger(AuthorizationLevel.Function, "delete", Route = "runs/{runId}")] HttpRequest request,
        [DurableClient] DurableTaskClient client,
        string runId,
        CancellationToken cancellationToken) => AnswerAsync(request, runId, async () =>
        {
            await (Force(request)
                ? deleter.DeleteWithForceAsync(client, runId, cancellationToken)
                : deleter.DeleteAsync(client, runId, cancellationToken));
            return Results.Json(new { runId, deleted = true }, WorkflowJson.Compact, statusCode: StatusCodes.Status202Accepted);
        }, "force");

    private static bool Force(HttpRequest request) => request.Query["force"].ToString() switch
    {
        "" or "false" => false,
        "true" => true,
        var other => throw new RequestRefusedException(
            StatusCodes.Status400BadRequest, "invalidInput", $"The query parameter 'force' is '{other}'; it must be true or false."),
    };

    private static IResult Accepted(RunRecord run) =>
        Results.Json(new { runId = run.RunId, status = run.Status }, WorkflowJson.Compact, statusCode: StatusCodes.Status202Accepted);

    /// <param name="parameters">The parameters of the query that the operation takes.</param>
    private static Task<IResult> AnswerAsync(HttpRequest request, string runId, Func<Task<IResult>> operation, params string[] parameters) =>
        NameRules.RunId.IsMatch(runId)
            ? Problems.AnswerAsync(() =>
            {
                request.CheckQuery(parameters);
                return operation();
            })
            : Task.FromResult(Problems.RunNotFound(runId));
}
