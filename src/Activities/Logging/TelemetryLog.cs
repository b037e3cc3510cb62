using Microsoft.Extensions.Logging;
using Orchestrator.Workflows.Runs;

namespace Orchestrator.Activities.Logging;

/// <summary>Every line that activities log, with its event id. No line has prompts or outputs in it.</summary>
internal static partial class TelemetryLog
{
    [LoggerMessage(1001, LogLevel.Information, "Run '{Run}' of '{Workflow}' starts, attempt {RunAttempt}: {TotalSteps} steps.")]
    public static partial void RunStarted(this ILogger logger, string run, string workflow, int runAttempt, int totalSteps);

    [LoggerMessage(1002, LogLevel.Information, "Run '{Run}' of '{Workflow}', attempt {RunAttempt}, ended as {Status} after {DurationMs} ms.")]
    public static partial void RunEnded(this ILogger logger, string run, string workflow, int runAttempt, RunStatus status, long durationMs);

    [LoggerMessage(1101, LogLevel.Debug, "Step '{Step}' of run '{Run}' ended as {Status} after {DurationMs} ms, attempt {Attempt}.")]
    public static partial void StepEnded(this ILogger logger, string step, string run, StepStatus status, long durationMs, int attempt);

    [LoggerMessage(1102, LogLevel.Information, "Attempt {Attempt} of step '{Step}' of run '{Run}' failed with {ErrorKind} and is made again.")]
    public static partial void StepRetried(this ILogger logger, int attempt, string step, string run, ErrorKind errorKind);

    [LoggerMessage(1201, LogLevel.Warning, "The claim on step '{Step}' of run '{Run}' could not be released. It expires by itself.")]
    public static partial void ClaimNotReleased(this ILogger logger, Exception exception, string step, string run);

    [LoggerMessage(1202, LogLevel.Warning, "Step '{Step}' of run '{Run}' cannot be written down. It is tried again for five minutes.")]
    public static partial void RecordNotWritten(this ILogger logger, Exception exception, string step, string run);

    [LoggerMessage(1203, LogLevel.Warning, "Step '{Step}' of run '{Run}' could be written down after all.")]
    public static partial void RecordWrittenAfterAll(this ILogger logger, string step, string run);

    [LoggerMessage(1204, LogLevel.Warning, "What happens to step '{Step}' of run '{Run}' cannot be told. It goes on, and this is told later.")]
    public static partial void FeedAway(this ILogger logger, Exception exception, string step, string run);

    [LoggerMessage(1205, LogLevel.Warning, "What happened to step '{Step}' of run '{Run}' could not be told.")]
    public static partial void FeedNotTold(this ILogger logger, Exception exception, string step, string run);

    [LoggerMessage(
        1206, LogLevel.Warning, "{Problem} What was asked of run '{Run}' before is not known, so its steps go on; cancel or suspend it again if that was asked.")]
    public static partial void RequestsUnreadable(this ILogger logger, string problem, string run);

    [LoggerMessage(
        1301, LogLevel.Information,
        "Pruned {Runs} runs, {Leftovers} half deleted ones, {Keys} idempotency keys, {Answers} kept answers and {Definitions} unused definitions.")]
    public static partial void Pruned(this ILogger logger, int runs, int leftovers, int keys, int answers, int definitions);

    [LoggerMessage(1302, LogLevel.Warning, "Old runs could not be pruned: {Reason} It is tried again in {Hours} hours.")]
    public static partial void PruningFailed(this ILogger logger, Exception exception, string reason, double hours);

    [LoggerMessage(
        1401, LogLevel.Warning,
        "The spans of runs and steps have ids that do not follow from the run, so those of attempts do not find them: .NET {Version} does not let an id be set. "
        + "Runs are as they are otherwise. Use a newer orchestrator, or the .NET version that it was made for.")]
    public static partial void SpanIdsRefused(this ILogger logger, Exception? exception, Version version);
}
