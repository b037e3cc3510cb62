using System.Globalization;
using System.Text.Json.Serialization;
using Microsoft.AspNetCore.Http;
using Microsoft.Azure.Functions.Worker;
using Microsoft.DurableTask.Client;
using Orchestrator.Functions.Orchestrations;
using Orchestrator.Workflows.Serialization;

namespace Orchestrator.Functions.Http.Runs;

/// <summary>
/// The answer to a start: the start payload of Durable Functions, and the addresses of the run. The SDK creates its payload only with the address in
/// WEBSITE_HOSTNAME, which a gateway or tunnel before the app is not (see HttpApiHandler of the Durable extension; a test pins the names). LocalHost
/// has a similar type for the payload of its own management API (<c>ManagementPayload</c>): it knows no runs, and the app does not reference
/// LocalHost. The management addresses have the host's query with its system key; the addresses of the run have no key, since a client has the one
/// that it started the run with. Immutable.
/// </summary>
public sealed record StartPayload
{
    /// <summary>The Retry-After header in seconds, the same as that of the Durable extension.</summary>
    private const int RetryAfterSeconds = 10;

    /// <summary>The id of the orchestration's instance: the run's id, from the second attempt on with its number.</summary>
    [JsonPropertyOrder(0)]
    public required string Id { get; init; }

    /// <summary>Where to read the status of the instance.</summary>
    public required string StatusQueryGetUri { get; init; }

    /// <summary>Where to send an event; the client replaces <c>{eventName}</c>.</summary>
    public required string SendEventPostUri { get; init; }

    /// <summary>Where to terminate the instance; the client replaces <c>{text}</c>, the reason.</summary>
    public required string TerminatePostUri { get; init; }

    /// <summary>Where to suspend the instance; the client replaces <c>{text}</c>, the reason.</summary>
    public required string SuspendPostUri { get; init; }

    /// <summary>Where to resume the suspended instance; the client replaces <c>{text}</c>, the reason.</summary>
    public required string ResumePostUri { get; init; }

    /// <summary>Where to delete the history of the instance, once it has ended.</summary>
    public required string PurgeHistoryDeleteUri { get; init; }

    /// <summary>Where to restart the instance.</summary>
    public required string RestartPostUri { get; init; }

    /// <summary>The id of the run.</summary>
    public required string RunId { get; init; }

    /// <summary>Where to read the run.</summary>
    public required string RunUri { get; init; }

    /// <summary>Where to read the events of the run.</summary>
    public required string EventsUri { get; init; }

    /// <summary>Where to resume the run when it has failed or was cancelled.</summary>
    public required string ResumeRunUri { get; init; }

    /// <summary>
    /// Creates the payload with the addresses that the client used: scheme and host of the request, and its path up to the app's route.
    /// </summary>
    /// <param name="client">The client that the host passed to the function: it has the query of the management addresses.</param>
    public static StartPayload For(HttpRequest request, DurableTaskClient client, RunInput run)
    {
        ArgumentNullException.ThrowIfNull(request);
        ArgumentNullException.ThrowIfNull(client);
        ArgumentNullException.ThrowIfNull(run);
        var origin = $"{request.Scheme}://{request.Host}";
        var api = origin + ApiPath(request.Path.Value ?? "");
        var instance = $"{origin}/runtime/webhooks/durabletask/instances/{Uri.EscapeDataString(run.InstanceId)}";
        var query = ManagementQuery(client, run.InstanceId);
        string With(string address) =>
            query.Length == 0 ? address : $"{address}{(address.Contains('?', StringComparison.Ordinal) ? '&' : '?')}{query}";
        return new StartPayload
        {
            Id = run.InstanceId,
            StatusQueryGetUri = With(instance),
            SendEventPostUri = With($"{instance}/raiseEvent/{{eventName}}"),
            TerminatePostUri = With($"{instance}/terminate?reason={{text}}"),
            SuspendPostUri = With($"{instance}/suspend?reason={{text}}"),
            ResumePostUri = With($"{instance}/resume?reason={{text}}"),
            PurgeHistoryDeleteUri = With(instance),
            RestartPostUri = With($"{instance}/restart"),
            RunId = run.RunId,
            RunUri = $"{api}/runs/{run.RunId}",
            EventsUri = $"{api}/runs/{run.RunId}/events",
            ResumeRunUri = $"{api}/runs/{run.RunId}/resume",
        };
    }

    /// <summary>Answers 202 with the payload; the headers say where and when to read the status.</summary>
    public static IResult Answer(HttpRequest request, DurableTaskClient client, RunInput run)
    {
        ArgumentNullException.ThrowIfNull(request);
        var payload = For(request, client, run);
        request.HttpContext.Response.Headers.Location = payload.StatusQueryGetUri;
        request.HttpContext.Response.Headers.RetryAfter = RetryAfterSeconds.ToString(CultureInfo.InvariantCulture);
        return Results.Json(payload, WorkflowJson.Compact, statusCode: StatusCodes.Status202Accepted);
    }

    /// <summary>
    /// The query that the Functions host requires in management addresses: task hub, connection and system key; empty in the embedded host.
    /// </summary>
    private static string ManagementQuery(DurableTaskClient client, string instanceId)
    {
        try
        {
            var address = client.CreateHttpManagementPayload(instanceId).StatusQueryGetUri ?? "";
            var query = address.IndexOf('?', StringComparison.Ordinal);
            return query < 0 ? "" : address[(query + 1)..];
        }
        catch (InvalidOperationException)
        {
            // Only the client of the Functions host has addresses.
            return "";
        }
    }

    /// <summary>The part of the path before the app's route.</summary>
    private static string ApiPath(string path)
    {
        var segments = path.Split('/');
        var route = Array.FindIndex(
            segments,
            segment => segment.Equals("runs", StringComparison.OrdinalIgnoreCase) || segment.Equals("workflows", StringComparison.OrdinalIgnoreCase));
        return string.Join('/', segments[..route]);
    }
}
