using System.Text.Json.Serialization;
using Microsoft.AspNetCore.Http;

namespace Orchestrator.LocalHost.Management;

/// <summary>
/// The URLs that manage an orchestration instance: the body of Durable Functions' response to a start, with its JSON names. <c>{text}</c> and
/// <c>{eventName}</c> are placeholders that the caller replaces. Immutable.
/// </summary>
public sealed record ManagementPayload(
    [property: JsonPropertyName("id")] string Id,
    [property: JsonPropertyName("statusQueryGetUri")] string StatusQueryGetUri,
    [property: JsonPropertyName("sendEventPostUri")] string SendEventPostUri,
    [property: JsonPropertyName("terminatePostUri")] string TerminatePostUri,
    [property: JsonPropertyName("purgeHistoryDeleteUri")] string PurgeHistoryDeleteUri,
    [property: JsonPropertyName("restartPostUri")] string RestartPostUri,
    [property: JsonPropertyName("suspendPostUri")] string SuspendPostUri,
    [property: JsonPropertyName("resumePostUri")] string ResumePostUri)
{
    /// <summary>The path prefix of all management URLs. The functions' route prefix does not apply.</summary>
    public const string BasePath = "/runtime/webhooks/durabletask";

    /// <summary>Creates the URLs of an instance for the caller of a request.</summary>
    /// <param name="request">Provides scheme, host and path base.</param>
    /// <param name="instanceId">The id of the instance, which need not exist.</param>
    /// <param name="taskHub">Added as <c>taskHub</c>; null or empty adds nothing.</param>
    /// <param name="connection">Added as <c>connection</c>; null or empty adds nothing.</param>
    /// <param name="code">The key of the management API, added as <c>code</c>; null or empty adds nothing.</param>
    public static ManagementPayload For(
        HttpRequest request, string instanceId, string? taskHub = null, string? connection = null, string? code = null)
    {
        ArgumentNullException.ThrowIfNull(request);
        ArgumentException.ThrowIfNullOrEmpty(instanceId);
        var root = $"{request.Scheme}://{request.Host.ToUriComponent()}{request.PathBase.ToUriComponent()}";
        var instance = $"{root}{BasePath}/instances/{Uri.EscapeDataString(instanceId)}";
        (string Name, string? Value)[] common = [("taskHub", taskHub), ("connection", connection), ("code", code)];
        string[] query =
        [
            .. common.Where(pair => !string.IsNullOrEmpty(pair.Value)).Select(pair => $"{pair.Name}={Uri.EscapeDataString(pair.Value!)}"),
        ];

        string Address(string path, params string[] own) =>
            own.Length + query.Length == 0 ? instance + path : $"{instance}{path}?{string.Join('&', own.Concat(query))}";

        const string reason = "reason={text}";
        return new ManagementPayload(
            instanceId,
            StatusQueryGetUri: Address(string.Empty),
            SendEventPostUri: Address("/raiseEvent/{eventName}"),
            TerminatePostUri: Address("/terminate", reason),
            PurgeHistoryDeleteUri: Address(string.Empty),
            RestartPostUri: Address("/restart"),
            SuspendPostUri: Address("/suspend", reason),
            ResumePostUri: Address("/resume", reason));
    }
}
