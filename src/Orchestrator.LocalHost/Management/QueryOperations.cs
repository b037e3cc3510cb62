using System.Text.Json.Nodes;
using Microsoft.AspNetCore.Http;
using Microsoft.AspNetCore.Http.Extensions;
using Microsoft.DurableTask.Client;
using Orchestrator.LocalHost.Http;

namespace Orchestrator.LocalHost.Management;

/// <summary>Queries instances.</summary>
internal sealed class QueryOperations(DurableTaskClient client, ManagementOptions options)
{
    private const string ContinuationHeader = "x-ms-continuation-token";
    private const string RetryAfterSeconds = "5";

    public async Task<IResult> GetAsync(HttpContext http)
    {
        var instanceId = http.InstanceId();
        var showInput = http.Request.Flag("showInput", missing: true);
        var failureIsError = FailureIsError(http.Request);
        var showHistory = http.Request.Flag("showHistory", missing: false);
        var showOutput = http.Request.Flag("showHistoryOutput", missing: false);
        if (await client.GetInstanceAsync(instanceId, getInputsAndOutputs: true, http.RequestAborted) is not { } instance)
        {
            return UnknownInstance(instanceId);
        }

        if (showHistory && options.History is null)
        {
            return Problem.NotSupported("Histories are not available here. Leave 'showHistory' out.");
        }

        // A pending instance has no history, as on Azure.
        var history = showHistory && instance.RuntimeStatus != OrchestrationRuntimeStatus.Pending
            ? await InstanceHistory.ReadAsync(options.History!(instanceId, http.RequestAborted), showInput, showOutput, http.RequestAborted)
            : null;
        return Answer(instance, http, http.Request.GetEncodedUrl(), showInput, failureIsError, history);
    }

    public async Task<IResult> ListAsync(HttpContext http)
    {
        var request = http.Request;
        var showInput = request.Flag("showInput", missing: true);
        var size = request.Count("top", OrchestrationQuery.DefaultPageSize);
        var token = request.Headers[ContinuationHeader].ToString() is { Length: > 0 } given ? given : null;
        var query = new OrchestrationQuery(
            CreatedFrom: request.Time("createdTimeFrom"),
            CreatedTo: request.Time("createdTimeTo"),
            Statuses: request.Statuses(),
            InstanceIdPrefix: request.Text("instanceIdPrefix"),
            PageSize: size,
            FetchInputsAndOutputs: true,
            ContinuationToken: token);
        await foreach (var page in client.GetAllInstancesAsync(query).AsPages(token, size).WithCancellation(http.RequestAborted))
        {
            if (page.ContinuationToken is { Length: > 0 } next)
            {
                http.Response.Headers[ContinuationHeader] = next;
            }

            return Results.Json(page.Values.Select(instance => InstanceStatus.Of(instance, showInput)), ManagementApi.Json);
        }

        return Results.Json(Array.Empty<InstanceStatus>());
    }

    /// <summary>Whether a failed instance is reported with status 500.</summary>
    public static bool FailureIsError(HttpRequest request) => request.Flag("returnInternalServerErrorOnFailure", missing: false);

    /// <summary>The status of one instance: 202 with Location and Retry-After while it is unfinished.</summary>
    public static IResult Answer(
        OrchestrationMetadata instance, HttpContext http, string location, bool showInput, bool failureIsError, JsonArray? history = null)
    {
        var status = InstanceStatus.Of(instance, showInput) with { HistoryEvents = history };
        if (!InstanceStatus.IsFinished(instance))
        {
            http.Response.Headers.Location = location;
            http.Response.Headers.RetryAfter = RetryAfterSeconds;
            return Results.Json(status, ManagementApi.Json, statusCode: StatusCodes.Status202Accepted);
        }

        var isError = failureIsError && instance.RuntimeStatus == OrchestrationRuntimeStatus.Failed;
        return Results.Json(status, ManagementApi.Json, statusCode: isError ? StatusCodes.Status500InternalServerError : StatusCodes.Status200OK);
    }

    public static IResult UnknownInstance(string instanceId) => Problem.NotFound($"There is no instance '{instanceId}'.");
}
