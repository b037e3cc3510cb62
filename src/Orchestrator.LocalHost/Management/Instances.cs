using Microsoft.AspNetCore.Http;
using Microsoft.DurableTask.Client;

namespace Orchestrator.LocalHost.Management;

/// <summary>What the operations ask of a request and of an instance.</summary>
internal static class Instances
{
    public static string InstanceId(this HttpContext http) => http.RouteText("instanceId");

    /// <summary>Empty when an optional one is missing.</summary>
    public static string RouteText(this HttpContext http, string name) => http.Request.RouteValues[name] as string ?? string.Empty;

    /// <summary>Whether nothing will happen to the instance any more.</summary>
    public static bool IsFinished(this OrchestrationMetadata instance) =>
#pragma warning disable CS0618 // other clients than ours may still answer Canceled
        instance.IsCompleted || instance.RuntimeStatus == OrchestrationRuntimeStatus.Canceled;
#pragma warning restore CS0618
}
