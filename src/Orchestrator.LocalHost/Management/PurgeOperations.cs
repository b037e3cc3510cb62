using System.Text.Json.Serialization;
using Microsoft.AspNetCore.Http;
using Microsoft.DurableTask.Client;
using Orchestrator.LocalHost.Http;

namespace Orchestrator.LocalHost.Management;

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
            return Problem.BadRequest("Please provide value for 'createdTimeFrom' parameter: a purge of many instances needs to know from when on.");
        }

        var filter = new PurgeInstancesFilter(createdFrom, request.Time("createdTimeTo"), request.Statuses());
        var purged = await client.PurgeAllInstancesAsync(filter, options: null, http.RequestAborted);
        return purged.PurgedInstanceCount == 0 ? Problem.NotFound("No finished instance matches.") : Answer(purged);
    }

    private static IResult Answer(PurgeResult purged) => Results.Json(new Deleted(purged.PurgedInstanceCount), ManagementApi.Json);

    private sealed record Deleted([property: JsonPropertyName("instancesDeleted")] int Count);
}
