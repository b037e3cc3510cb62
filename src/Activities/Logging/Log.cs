using Microsoft.Extensions.Logging;
using Orchestrator.Workflows.Runs;

namespace Orchestrator.Activities.Logging;

/// <summary>
/// Every log entry of this project, with its event id; its event name is the method's. No entry contains prompts or outputs. Thread-safe.
/// </summary>
internal static partial class Log
{
    [LoggerMessage(1001, LogLevel.Information, "Run '{Run}' of '{Workflow}' starts, attempt {RunAttempt}: {TotalSteps} steps.")]
    public static partial void RunStarted(this ILogger logger, string run, string workflow, int runAttempt, int totalSteps);

    [LoggerMessage(1002, LogLevel.Information, "Run '{Run}' of '{Workflow}', attempt {RunAttempt}, ended as {Status} after {DurationMs} ms.")]
    public static partial void RunEnded(this ILogger logger, string run, string workflow, int runAttempt, RunStatus status, long durationMs);

    [LoggerMessage(1101, LogLevel.Debug, "Step '{Step}' of run '{Run}' ended as {Status} after {DurationMs} ms, attempt {Attempt}.")]
    public static partial void StepEnded(this ILogger logger, string step, string run, StepStatus status, long durationMs, int attempt);

    [LoggerMessage(1102, LogLevel.Information, "Attempt {Attempt} of step '{Step}' of run '{Run}' failed with {ErrorKind} and is retried.")]
    public static partial void StepRetried(this ILogger logger, int attempt, string step, string run, ErrorKind errorKind);

    [LoggerMessage(1201, LogLevel.Warning, "The claim on step '{Step}' of run '{Run}' could not be released. It expires by itself.")]
    public static partial void ClaimNotReleased(this ILogger logger, Exception exception, string step, string run);

    [LoggerMessage(1202, LogLevel.Warning, "The record of step '{Step}' of run '{Run}' cannot be written. It is tried again for five minutes.")]
    public static partial void RecordNotWritten(this ILogger logger, Exception exception, string step, string run);

    [LoggerMessage(1203, LogLevel.Warning, "The record of step '{Step}' of run '{Run}' is now written.")]
    public static partial void RecordWrittenAfterAll(this ILogger logger, string step, string run);

    [LoggerMessage(
        1204, LogLevel.Warning, "The events of step '{Step}' of run '{Run}' cannot be written. The step continues; they are written later.")]
    public static partial void FeedAway(this ILogger logger, Exception exception, string step, string run);

    [LoggerMessage(1205, LogLevel.Warning, "The events of step '{Step}' of run '{Run}' could not be written.")]
    public static partial void FeedNotTold(this ILogger logger, Exception exception, string step, string run);

    [LoggerMessage(
        1206, LogLevel.Warning,
        "{Problem} Whether run '{Run}' was cancelled or suspended is not known, so its steps continue. "
        + "Cancel or suspend it again if that was requested.")]
    public static partial void RequestsUnreadable(this ILogger logger, string problem, string run);

    [LoggerMessage(
        1301, LogLevel.Information,
        "Pruned {Runs} runs, {Leftovers} half deleted ones, {Keys} idempotency keys, {Answers} kept answers and {Definitions} unused definitions.")]
    public static partial void Pruned(this ILogger logger, int runs, int leftovers, int keys, int answers, int definitions);

    [LoggerMessage(1302, LogLevel.Warning, "Old runs could not be pruned: {Reason} It is tried again in {Hours} hours.")]
    public static partial void PruningFailed(this ILogger logger, Exception exception, string reason, double hours);

    [LoggerMessage(
        1401, LogLevel.Warning,
        "The spans of runs and steps have random ids, so the spans of attempts are not linked to them: .NET {Version} does not allow to set an id. "
        + "Runs are not affected. Use a newer orchestrator, or the .NET version that it was built for.")]
    public static partial void SpanIdsRefused(this ILogger logger, Exception? exception, Version version);
}
