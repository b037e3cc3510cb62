using System.Globalization;
using System.Text.Json.Serialization;
using Microsoft.AspNetCore.Http;
using Microsoft.Azure.Functions.Worker;
using Microsoft.DurableTask.Client;
using Orchestrator.Functions.Orchestrations;
using Orchestrator.Workflows.Serialization;

namespace Orchestrator.Functions.Http.Runs;

/// <summary>
/// The answer to a start: the Durable Functions start payload, and the addresses of the run itself. The SDK has no helper that makes it from an
/// ASP.NET request, so it is our own (reference: HttpApiHandler of the Durable extension; names pinned by a test). The management addresses have the
/// host's query, with its system key, as those of any Durable Functions app; those of the run have no key: a client has the one that it started the
/// run with.
/// </summary>
public sealed record StartPayload
{
    /// <summary>How long a client should wait before it asks for the status, as the Durable extension says it: seconds.</summary>
    private const int RetryAfterSeconds = 10;

    [JsonPropertyOrder(0)]
    public required string Id { get; init; }

    public required string StatusQueryGetUri { get; init; }

    public required string SendEventPostUri { get; init; }

    public required string TerminatePostUri { get; init; }

    public required string SuspendPostUri { get; init; }

    public required string ResumePostUri { get; init; }

    public required string PurgeHistoryDeleteUri { get; init; }

    public required string RestartPostUri { get; init; }

    public required string RunId { get; init; }

    public required string RunUri { get; init; }

    public required string EventsUri { get; init; }

    public required string ResumeRunUri { get; init; }

    /// <summary>Addresses as the client reached us: scheme and host of the request, its path up to the app's own route.</summary>
    /// <param name="client">The one that the host gave to the function: it knows the query of the management addresses.</param>
    public static StartPayload For(HttpRequest request, DurableTaskClient client, RunInput run)
    {
        ArgumentNullException.ThrowIfNull(request);
        ArgumentNullException.ThrowIfNull(client);
        ArgumentNullException.ThrowIfNull(run);
        var origin = $"{request.Scheme}://{request.Host}";
        var api = origin + ApiPath(request.Path.Value ?? "");
        var instance = $"{origin}/runtime/webhooks/durabletask/instances/{Uri.EscapeDataString(run.InstanceId)}";
        var query = ManagementQuery(client, run.InstanceId);
        string With(string address) => query.Length == 0 ? address : $"{address}{(address.Contains('?', StringComparison.Ordinal) ? '&' : '?')}{query}";
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

    /// <summary>202 with the payload, and where and when to ask for the status.</summary>
    public static IResult Answer(HttpRequest request, DurableTaskClient client, RunInput run)
    {
        ArgumentNullException.ThrowIfNull(request);
        var payload = For(request, client, run);
        request.HttpContext.Response.Headers.Location = payload.StatusQueryGetUri;
        request.HttpContext.Response.Headers.RetryAfter = RetryAfterSeconds.ToString(CultureInfo.InvariantCulture);
        return Results.Json(payload, WorkflowJson.Compact, statusCode: StatusCodes.Status202Accepted);
    }

    /// <summary>
    /// What the Functions host asks of management addresses: task hub, connection and system key; empty in the embedded host. Only the query is
    /// taken: the addresses themselves are those of WEBSITE_HOSTNAME, which a gateway or a tunnel before the app is not.
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
            // The client knows no addresses: it is not the Functions host's.
            return "";
        }
    }

    /// <summary>What comes before the app's own route.</summary>
    private static string ApiPath(string path)
    {
        var segments = path.Split('/');
        var route = Array.FindIndex(
            segments, segment => segment.Equals("runs", StringComparison.OrdinalIgnoreCase) || segment.Equals("workflows", StringComparison.OrdinalIgnoreCase));
        return string.Join('/', segments[..route]);
    }
}
