using System.Globalization;
using System.Text.Json.Serialization;
using Microsoft.AspNetCore.Http;
using Orchestrator.Functions.Orchestrations;
using Orchestrator.Workflows.Serialization;

namespace Orchestrator.Functions.Http;

/// <summary>
/// The answer to a start: the Durable Functions start payload, and the addresses of the run itself. The SDK has no helper that makes it
/// from an ASP.NET request, so it is our own (reference: HttpApiHandler of the Durable extension; names pinned by a test).
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
    public static StartPayload For(HttpRequest request, RunInput run)
    {
        ArgumentNullException.ThrowIfNull(request);
        ArgumentNullException.ThrowIfNull(run);
        var origin = $"{request.Scheme}://{request.Host}";
        var api = origin + ApiPath(request.Path.Value ?? "");
        var instance = $"{origin}/runtime/webhooks/durabletask/instances/{Uri.EscapeDataString(run.InstanceId)}";
        return new StartPayload
        {
            Id = run.InstanceId,
            StatusQueryGetUri = instance,
            SendEventPostUri = $"{instance}/raiseEvent/{{eventName}}",
            TerminatePostUri = $"{instance}/terminate?reason={{text}}",
            SuspendPostUri = $"{instance}/suspend?reason={{text}}",
            ResumePostUri = $"{instance}/resume?reason={{text}}",
            PurgeHistoryDeleteUri = instance,
            RestartPostUri = $"{instance}/restart",
            RunId = run.RunId,
            RunUri = $"{api}/runs/{run.RunId}",
            EventsUri = $"{api}/runs/{run.RunId}/events",
            ResumeRunUri = $"{api}/runs/{run.RunId}/resume",
        };
    }

    /// <summary>202 with the payload, and where and when to ask for the status.</summary>
    public static IResult Answer(HttpRequest request, RunInput run)
    {
        ArgumentNullException.ThrowIfNull(request);
        var payload = For(request, run);
        request.HttpContext.Response.Headers.Location = payload.StatusQueryGetUri;
        request.HttpContext.Response.Headers.RetryAfter = RetryAfterSeconds.ToString(CultureInfo.InvariantCulture);
        return Results.Json(payload, WorkflowJson.Compact, statusCode: StatusCodes.Status202Accepted);
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
