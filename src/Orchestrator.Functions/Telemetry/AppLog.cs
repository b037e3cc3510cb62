using Microsoft.Extensions.Logging;

namespace Orchestrator.Functions.Telemetry;

/// <summary>The log lines of this project with their event ids (docs/telemetry.md).</summary>
internal static partial class AppLog
{
    /// <summary>Use a replay-safe logger: the orchestrator calls it again in every replay.</summary>
    [LoggerMessage(
        2001, LogLevel.Debug,
        "Run '{Run}' starts {BatchSize} steps at once; {Executing} are executing, {Completed} of {TotalSteps} are done, {Remaining} remain.")]
    public static partial void BatchStarts(
        this ILogger logger, string run, int batchSize, int executing, int completed, int totalSteps, int remaining);

    [LoggerMessage(2101, LogLevel.Warning, "No telemetry is sent: {Problem}")]
    public static partial void NothingSent(this ILogger logger, string problem);

    [LoggerMessage(2102, LogLevel.Error, "{Problem}")]
    public static partial void StoreRefuses(this ILogger logger, string problem);

    [LoggerMessage(2201, LogLevel.Information, "Run '{Run}', which an upgrade interrupted, goes on with attempt {Attempt}.")]
    public static partial void UpgradedResumed(this ILogger logger, string run, int attempt);

    [LoggerMessage(2202, LogLevel.Debug, "Run '{Run}' was resumed, cancelled or deleted by another caller: {Reason}")]
    public static partial void UpgradedElsewhere(this ILogger logger, string run, string reason);

    [LoggerMessage(2203, LogLevel.Warning, "Run '{Run}', which an upgrade interrupted, is not resumed: {Reason}")]
    public static partial void UpgradedRefused(this ILogger logger, string run, string reason);

    [LoggerMessage(
        2204, LogLevel.Warning,
        "Run '{Run}' was interrupted twice before it began, so it is not resumed again: the host's defaultVersion (host.json) must be '{Version}', "
        + "and no host of another version may work beside it. Then 'orchestrator resume {Run}'.")]
    public static partial void UpgradedTwice(this ILogger logger, string run, string version);

    [LoggerMessage(2205, LogLevel.Warning, "Run '{Run}', which an upgrade may have interrupted, is left as it is: {Reason}")]
    public static partial void UpgradedLeft(this ILogger logger, string run, string reason);

    [LoggerMessage(2206, LogLevel.Warning, "The search for runs that an upgrade interrupted failed: {Reason} It is repeated in {Minutes} minutes.")]
    public static partial void UpgradedNotFound(this ILogger logger, Exception exception, string reason, double minutes);

    [LoggerMessage(
        2207, LogLevel.Warning, "The list of runs that need no resumption after an upgrade could not be saved, so they are read again: {Reason}")]
    public static partial void UpgradedForgotten(this ILogger logger, string reason);

    [LoggerMessage(
        2208, LogLevel.Warning,
        "The event that run '{Run}' ended or was interrupted cannot be written. Its record has the end; the next check of the run writes the event.")]
    public static partial void EndNotAppended(this ILogger logger, Exception exception, string run);

    [LoggerMessage(2209, LogLevel.Warning, "The orchestration '{Instance}' cannot be read: {Reason}")]
    public static partial void OrchestrationNotRead(this ILogger logger, Exception exception, string instance, string reason);
}
