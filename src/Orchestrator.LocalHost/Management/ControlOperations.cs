using System.Text.Json.Serialization;
using Microsoft.AspNetCore.Http;
using Microsoft.DurableTask.Client;
using Microsoft.Net.Http.Headers;
using Orchestrator.LocalHost.Http;

namespace Orchestrator.LocalHost.Management;

/// <summary>Controls running instances: events, suspend, resume, terminate.</summary>
internal sealed class ControlOperations(DurableTaskClient client)
{
    private const string JsonMediaType = "application/json";

    public Task<IResult> TerminateAsync(HttpContext http) =>
        IfRunningAsync(
            http, (id, reason, cancellationToken) => client.TerminateInstanceAsync(id, new TerminateInstanceOptions(reason), cancellationToken));

    public Task<IResult> SuspendAsync(HttpContext http) => IfRunningAsync(http, client.SuspendInstanceAsync);

    public Task<IResult> ResumeAsync(HttpContext http) => IfRunningAsync(http, client.ResumeInstanceAsync);

    public Task<IResult> RaiseEventAsync(HttpContext http) => IfRunningAsync(http, async (id, _, cancellationToken) =>
    {
        var request = http.Request;
        if (!MediaTypeHeaderValue.TryParse(request.ContentType, out var type)
            || !type.MediaType.Equals(JsonMediaType, StringComparison.OrdinalIgnoreCase))
        {
            throw new BadHttpRequestException($"An event's payload must be sent as {JsonMediaType}, not as '{request.ContentType}'.");
        }

        object? payload = await request.ReadJsonAsync();
        await client.RaiseEventAsync(id, http.RouteText("eventName"), payload, cancellationToken);
    });

    /// <summary>Refuses a rewind in every state of the instance.</summary>
    public async Task<IResult> RefuseRewindAsync(HttpContext http)
    {
        var instanceId = http.InstanceId();
        return await client.GetInstanceAsync(instanceId, getInputsAndOutputs: false, http.RequestAborted) is null
            ? QueryOperations.UnknownInstance(instanceId)
            : Problem.NotSupported(
                "Rewind is not supported: it removes failures that the code has handled already. "
                + "Use the resume operation of the application instead.");
    }

    private async Task<IResult> IfRunningAsync(HttpContext http, Func<string, string?, CancellationToken, Task> operation)
    {
        var instanceId = http.InstanceId();
        var instance = await client.GetInstanceAsync(instanceId, getInputsAndOutputs: false, http.RequestAborted);
        if (instance is null)
        {
            return QueryOperations.UnknownInstance(instanceId);
        }

        if (InstanceStatus.IsFinished(instance))
        {
            return Problem.Gone($"The instance '{instanceId}' is finished: {instance.RuntimeStatus}.");
        }

        await operation(instanceId, http.Request.Text("reason"), http.RequestAborted);
        return Results.StatusCode(StatusCodes.Status202Accepted);
    }
}

/// <summary>Deletes instances with their histories.</summary>
internal sealed class PurgeOperations(DurableTaskClient client)
{
    public async Task<IResult> PurgeOneAsync(HttpContext http)
    {
        var instanceId = http.InstanceId();
        if (await client.GetInstanceAsync(instanceId, getInputsAndOutputs: false, http.RequestAborted) is null)
        {
            return QueryOperations.UnknownInstance(instanceId);
        }

        return Answer(await client.PurgeInstanceAsync(instanceId, options: null, http.RequestAborted));
    }

    public async Task<IResult> PurgeManyAsync(HttpContext http)
    {
        var request = http.Request;
        if (request.Time("createdTimeFrom") is not { } createdFrom)
        {
            return Problem.BadRequest(
                "Please provide value for 'createdTimeFrom' parameter: a purge of many instances needs the start of a time range.");
        }

        var filter = new PurgeInstancesFilter(createdFrom, request.Time("createdTimeTo"), request.Statuses());
        var purged = await client.PurgeAllInstancesAsync(filter, options: null, http.RequestAborted);
        return purged.PurgedInstanceCount == 0 ? Problem.NotFound("No finished instance matches.") : Answer(purged);
    }

    private static IResult Answer(PurgeResult purged) => Results.Json(new Deleted(purged.PurgedInstanceCount), ManagementApi.Json);

    private sealed record Deleted([property: JsonPropertyName("instancesDeleted")] int Count);
}
