using Microsoft.DurableTask.Client;
using Microsoft.Extensions.Logging;

namespace Orchestrator.LocalHost;

/// <summary>All log messages of the embedded host with their event ids; docs/telemetry.md has the ranges.</summary>
internal static partial class HostLog
{
    [LoggerMessage(3001, LogLevel.Debug, "The instance '{Instance}' of '{Orchestrator}' ended as {Status}.")]
    public static partial void InstanceEnded(this ILogger logger, string instance, string orchestrator, OrchestrationRuntimeStatus status);

    [LoggerMessage(
        3002, LogLevel.Information, "The instance '{Instance}' of version '{Version}' was failed: this host accepts only the version '{Accepted}'.")]
    public static partial void OtherVersion(this ILogger logger, string instance, string version, string accepted);

    [LoggerMessage(3003, LogLevel.Warning, "The instance '{Instance}' continues in this process: its process has ended before it was finished.")]
    public static partial void TakenOver(this ILogger logger, string instance);

    [LoggerMessage(3004, LogLevel.Error, "The instance '{Instance}' is refused: {Problem}")]
    public static partial void InstanceRefused(this ILogger logger, Exception exception, string instance, string problem);

    [LoggerMessage(3005, LogLevel.Critical, "The instance '{Instance}' is halted until the next start: {Problem}")]
    public static partial void InstanceBroke(this ILogger logger, Exception exception, string instance, string problem);

    [LoggerMessage(3006, LogLevel.Critical, "All unfinished instances are halted: {Problem}")]
    public static partial void JournalLost(this ILogger logger, Exception exception, string problem);

    [LoggerMessage(
        EventId = 3007, Message = "The event '{Event}' from '{Instance}' to '{Target}' could not be delivered; it is sent again at the next start.")]
    public static partial void EventUndelivered(
        this ILogger logger, LogLevel level, Exception exception, string @event, string instance, string target);

    [LoggerMessage(
        EventId = 3008, Message = "The sub-orchestration '{Instance}' could not be terminated with its parent; it is terminated at the next start.")]
    public static partial void ChildNotTerminated(this ILogger logger, LogLevel level, Exception exception, string instance);

    [LoggerMessage(
        3101, LogLevel.Information,
        "Activity '{Activity}' (#{Id}) of instance '{Instance}' was stopped with the host; it runs again at the next start.")]
    public static partial void ActivityStopped(this ILogger logger, string activity, int id, string instance);

    [LoggerMessage(3102, LogLevel.Warning, "Activity '{Activity}' (#{Id}) of instance '{Instance}' failed.")]
    public static partial void ActivityFailed(this ILogger logger, Exception exception, string activity, int id, string instance);

    [LoggerMessage(3103, LogLevel.Warning, "{Count} activities did not end before the host stopped. They run again at the next start.")]
    public static partial void ActivitiesRunning(this ILogger logger, int count);

    [LoggerMessage(3201, LogLevel.Warning, "{Problem}")]
    public static partial void JournalUnreadable(this ILogger logger, string problem);

    [LoggerMessage(3202, LogLevel.Warning, "The extract of '{Instance}' is damaged, so its history is read: {Problem}")]
    public static partial void ExtractDamaged(this ILogger logger, string instance, string problem);

    [LoggerMessage(3203, LogLevel.Debug, "The extract of '{Instance}' was not written; its history is read instead.")]
    public static partial void ExtractNotWritten(this ILogger logger, Exception exception, string instance);

    [LoggerMessage(3204, LogLevel.Debug, "The instance '{Instance}' cannot be read; its parent and its sub-orchestrations continue.")]
    public static partial void RelativeUnreadable(this ILogger logger, Exception exception, string instance);

    [LoggerMessage(3205, LogLevel.Warning, "The replaced history of '{Instance}' could not be deleted yet.")]
    public static partial void HistoryNotDeleted(this ILogger logger, Exception exception, string instance);

    [LoggerMessage(3301, LogLevel.Error, "The function '{Function}' ({EntryPoint}) failed at {Method} {Path}, invocation {InvocationId}")]
    public static partial void FunctionFailed(
        this ILogger logger, Exception exception, string function, string entryPoint, string method, string path, string invocationId);

    [LoggerMessage(3302, LogLevel.Error, "The management request {Method} {Path} failed")]
    public static partial void ManagementFailed(this ILogger logger, Exception exception, string method, string path);
}
