using DurableTask.Core.Exceptions;
using Microsoft.AspNetCore.Http;
using Microsoft.DurableTask;
using Microsoft.DurableTask.Client;
using Orchestrator.LocalHost.Http;

namespace Orchestrator.LocalHost.Management;

/// <summary>Starts and restarts instances, and waits for their completion on request.</summary>
internal sealed class StartOperations(DurableTaskClient client, ManagementOptions options)
{
    private const string RetryAfterSeconds = "10";

    public async Task<IResult> StartAsync(HttpContext http)
    {
        var name = http.RouteText("functionName");
        if (options.Orchestrators is { } known && !known.Contains(name, StringComparer.OrdinalIgnoreCase))
        {
            return Problem.BadRequest(
                $"There is no orchestrator '{name}'; there are: {string.Join(", ", known.Order(StringComparer.OrdinalIgnoreCase))}.");
        }

        var wait = Wait(http.Request);
        object? input = await http.Request.ReadJsonAsync();
        var start = http.InstanceId() is { Length: > 0 } wanted ? new StartOrchestrationOptions(wanted) : null;
        try
        {
            var instanceId = await client.ScheduleNewOrchestrationInstanceAsync(new TaskName(name), input, start, http.RequestAborted);
            return await AnswerAsync(http, instanceId, wait);
        }
        catch (OrchestrationAlreadyExistsException exception)
        {
            return Problem.Conflict(exception.Message);
        }
    }

    public async Task<IResult> RestartAsync(HttpContext http)
    {
        var instanceId = http.InstanceId();
        var wait = Wait(http.Request);
        var withNewId = http.Request.Flag("restartWithNewInstanceId", missing: true);
        if (await client.GetInstanceAsync(instanceId, getInputsAndOutputs: false, http.RequestAborted) is null)
        {
            return Problem.BadRequest($"InstanceId does not match a valid orchestration instance: there is no '{instanceId}'.");
        }

        try
        {
            return await AnswerAsync(http, await client.RestartAsync(instanceId, withNewId, http.RequestAborted), wait);
        }
        catch (InvalidOperationException exception)
        {
            return Problem.Conflict(exception.Message);
        }
    }

    /// <summary>The time to wait for the completion; null when the request does not ask for it.</summary>
    /// <remarks>The client waits without polling, so the interval is only validated.</remarks>
    private static TimeSpan? Wait(HttpRequest request)
    {
        if (request.Seconds("timeout") is not { } timeout || request.Seconds("pollingInterval") is not { } interval)
        {
            return null;
        }

        return interval <= timeout ? timeout : throw new BadHttpRequestException(
            "The query parameter 'timeout' must not be less than 'pollingInterval'.");
    }

    private async Task<IResult> AnswerAsync(HttpContext http, string instanceId, TimeSpan? wait)
    {
        var payload = ManagementPayload.For(
            http.Request, instanceId, options.HubName ?? http.Request.Text("taskHub"), http.Request.Text("connection"), options.Access.Key);
        if (wait is { } timeout && await CompletedAsync(http, instanceId, timeout) is { } instance)
        {
            return instance.RuntimeStatus == OrchestrationRuntimeStatus.Completed
                ? Results.Json(InstanceStatus.OutputOf(instance), ManagementApi.Json)
                : QueryOperations.Answer(instance, http, payload.StatusQueryGetUri, showInput: true, QueryOperations.FailureIsError(http.Request));
        }

        http.Response.Headers.Location = payload.StatusQueryGetUri;
        http.Response.Headers.RetryAfter = RetryAfterSeconds;
        return Results.Json(payload, ManagementApi.Json, statusCode: StatusCodes.Status202Accepted);
    }

    /// <summary>The completed instance; null after the timeout.</summary>
    private async Task<OrchestrationMetadata?> CompletedAsync(HttpContext http, string instanceId, TimeSpan timeout)
    {
        using var timer = new CancellationTokenSource(timeout, options.Time);
        using var ending = CancellationTokenSource.CreateLinkedTokenSource(timer.Token, http.RequestAborted, options.Stopping);
        try
        {
            return await client.WaitForInstanceCompletionAsync(instanceId, getInputsAndOutputs: true, ending.Token);
        }
        catch (OperationCanceledException) when (ending.IsCancellationRequested && !http.RequestAborted.IsCancellationRequested)
        {
            return null;
        }
    }
}
