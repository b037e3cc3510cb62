using System.Collections.Concurrent;
using System.Text.Json.Nodes;
using Microsoft.DurableTask.Client;
using Microsoft.Extensions.Logging;
using Orchestrator.Activities.Execution;
using Orchestrator.Activities.Records;
using Orchestrator.Activities.RunLogs;
using Orchestrator.Activities.Runs;
using Orchestrator.Functions.Orchestrations;
using Orchestrator.Functions.Telemetry;
using Orchestrator.Storage;
using Orchestrator.Workflows.Runs;

namespace Orchestrator.Functions.Application;

/// <summary>
/// Records the end of runs whose orchestration ended without recording it, and the interruption of those that another version of the code began.
/// Every method returns the record as it is then. Writes do not use the caller's token: a read that is cut off must not leave a record without its
/// event. An event that cannot be appended fails no method: the record keeps its mark, and the next check of the run appends the event. Thread-safe.
/// </summary>
public sealed class RunCloser(RunStore runs, RunLifecycle lifecycle, RunControl control, LostAttempts lost, ILogger<RunCloser> logger)
{
    /// <summary>The runs whose missing event was logged, so that each check of them does not log it again.</summary>
    private readonly ConcurrentDictionary<RunIdentity, bool> _logged = new();

    private static readonly WorkflowError CancelledBefore =
        new(ErrorKind.Cancelled, "The run was cancelled. Another version of orchestrator had begun it.");

    /// <summary>Ends the run with a message: cancelled, or failed with an internal error.</summary>
    /// <param name="at">When it ended; null: it ends now, and its attempt ended with the last sign of life of its processes.</param>
    public Task<RunRecord> EndAsync(
        RunRecord record, RunStatus status, string message, CancellationToken cancellationToken, DateTimeOffset? at = null)
    {
        var error = new WorkflowError(status == RunStatus.Cancelled ? ErrorKind.Cancelled : ErrorKind.Internal, message);
        return EndAsync(record, status, error, at, cancellationToken);
    }

    /// <param name="error">Null when the run completed.</param>
    /// <param name="at">When it ended; null: it ends now, and its attempt ended with the last sign of life of its processes.</param>
    public Task<RunRecord> EndAsync(RunRecord record, RunStatus status, WorkflowError? error, DateTimeOffset? at, CancellationToken cancellationToken)
    {
        ArgumentNullException.ThrowIfNull(record);
        return WriteAsync(
            record,
            async () => await lifecycle.EndAsync(
                record.Identity, record.Attempt, status, error, at, CancellationToken.None, at is null ? await LastSignAsync(record) : null),
            static now => now.HasEnded,
            cancellationToken);
    }

    /// <summary>Appends the event of a status that the record has and the event feed lacks.</summary>
    public Task<RunRecord> AppendPendingEventAsync(RunRecord record, CancellationToken cancellationToken)
    {
        ArgumentNullException.ThrowIfNull(record);
        return WriteAsync(
            record, () => lifecycle.AppendPendingEventAsync(record, CancellationToken.None), static _ => true, cancellationToken);
    }

    /// <summary>Ends a run that was interrupted by an upgrade and whose cancellation was requested.</summary>
    public async Task<RunRecord> EndCancelledAsync(RunRecord record, CancellationToken cancellationToken)
    {
        await lost.RecordUnclaimedAsync(record, cancellationToken);
        return await EndAsync(record, RunStatus.Cancelled, CancelledBefore, null, cancellationToken);
    }

    /// <summary>Ends a run whose orchestration failed, or interrupts it when the orchestration failed because another version began it.</summary>
    /// <param name="instance">The failed orchestration, with its outputs.</param>
    public async Task<RunRecord> EndFailedAsync(RunRecord record, OrchestrationMetadata instance, CancellationToken cancellationToken)
    {
        var failure = OrchestrationFailure.Of(instance);
        if (failure.IsOfAnotherVersion)
        {
            return await InterruptAsync(record, instance, cancellationToken);
        }

        await RecordLostAsync(record, cancellationToken);
        if (failure.IsUnrepeatable)
        {
            return await EndUnrepeatableAsync(record, failure, cancellationToken);
        }

        var reason = SharedHub.Explain(instance.FailureDetails, instance.SerializedOutput) is { } shared ? $" {shared}" : "";
        return await EndAsync(
            record, RunStatus.Failed, $"The orchestration of the run failed: {failure.Message ?? "no details"}{reason}", cancellationToken,
            instance.LastUpdatedAt);
    }

    /// <summary>
    /// Records the attempts of steps that the orchestration did not, so that their requests count in the sums and budgets of the run. Unreadable
    /// records must not keep the run from ending.
    /// </summary>
    public async Task RecordLostAsync(RunRecord record, CancellationToken cancellationToken)
    {
        try
        {
            await lost.RecordUnclaimedAsync(record, cancellationToken);
        }
        catch (Exception exception) when (exception is UnreadableRecordException or ContentValueException)
        {
            // The run's document names what is damaged.
        }
    }

    /// <summary>The last sign of life of an attempt that began; null for one that did not.</summary>
    private async Task<DateTimeOffset?> LastSignAsync(RunRecord record) =>
        record.Attempts[^1].StartedAt is null ? null : await lost.LastSignAsync(record, CancellationToken.None);

    /// <summary>Whether the cancellation of the run's current attempt was requested.</summary>
    public async Task<bool> IsCancelledAsync(RunRecord record, CancellationToken cancellationToken)
    {
        ArgumentNullException.ThrowIfNull(record);
        return (await control.ReadAsync(record.Identity, cancellationToken)).IsCancelled(record.Attempt);
    }

    /// <summary>
    /// Records that the run continues with its next attempt. A run whose cancellation was requested ends instead, and a suspended one waits until a
    /// user resumes it.
    /// </summary>
    private async Task<RunRecord> InterruptAsync(RunRecord record, OrchestrationMetadata instance, CancellationToken cancellationToken)
    {
        var requests = await control.ReadAsync(record.Identity, cancellationToken);
        if (requests.IsCancelled(record.Attempt))
        {
            return await EndCancelledAsync(record, cancellationToken);
        }

        var isSuspended = requests.IsSuspended(record.Attempt) || WasSuspended(instance)
            || (record.Status == RunStatus.Suspended && requests.Suspensions.All(one => one.RunAttempt != record.Attempt));
        if (isSuspended)
        {
            // Before the interruption is recorded: callers that resume interrupted runs read this request, and a suspension by the Durable API is
            // recorded only in the orchestration.
            await control.SuspendAsync(record.Identity, record.Attempt, cancellationToken);
        }

        var next = isSuspended ? "It was suspended, so it goes on only when it is asked to"
            : record.Attempts[^1].IsForeground ? "It was started in the foreground, so it goes on only when it is asked to"
            : record.IsInterruptedAgain
                ? "It was interrupted twice before it began, so it does not go on by itself: the host's defaultVersion (host.json) must be "
                    + $"'{OrchestrationVersion.Current}', and no host of another version may work beside it. Then it goes on"
            : "It goes on by itself where orchestrator serves; it goes on now";
        var error = new WorkflowError(
            ErrorKind.Internal,
            $"Another version of orchestrator began attempt {record.Attempt} of run '{record.RunId}'. What had completed is kept, "
            + $"and the next attempt goes on from there. {next} with 'orchestrator resume {record.RunId}'.")
        {
            Details = new JsonObject { ["reason"] = RunRecord.Upgraded, ["history"] = OrchestrationFailure.Of(instance).Message },
        };
        return await WriteAsync(
            record,
            async () => await lifecycle.InterruptAsync(
                record.Identity, record.Attempt, error, CancellationToken.None, await LastSignAsync(record)),
            static now => now.HasEnded || now.IsUpgraded,
            cancellationToken);
    }

    /// <summary>Ends a run whose history this version cannot replay. Its records are intact, so that a resume continues from them.</summary>
    private async Task<RunRecord> EndUnrepeatableAsync(RunRecord record, OrchestrationFailure failure, CancellationToken cancellationToken)
    {
        var isCancelled = await IsCancelledAsync(record, cancellationToken);
        var error = isCancelled
            ? CancelledBefore
            : new WorkflowError(
                ErrorKind.Internal,
                "Another version of orchestrator began this attempt, and this one cannot repeat its history. What had completed is kept, "
                + "and a resume goes on from there.")
            {
                Details = new JsonObject { ["history"] = failure.Message },
            };
        return await EndAsync(record, isCancelled ? RunStatus.Cancelled : RunStatus.Failed, error, null, cancellationToken);
    }

    /// <summary>
    /// Whether an instance that failed for its version was suspended then. Only LocalHost reports it; for the Functions host the answer is false.
    /// </summary>
    private static bool WasSuspended(OrchestrationMetadata instance) => instance.FailureDetails?.Properties?.ContainsKey("suspended") == true;

    /// <summary>Writes a record and its event, and reads the record again.</summary>
    /// <param name="isRecorded">Whether a record has what was to be written, so that only its event may be missing.</param>
    /// <exception cref="ContentStoreException">The record could not be written, or not be read again.</exception>
    private async Task<RunRecord> WriteAsync(
        RunRecord record, Func<Task> write, Func<RunRecord, bool> isRecorded, CancellationToken cancellationToken)
    {
        try
        {
            await write();
            _logged.TryRemove(record.Identity, out _);
        }
        catch (ContentStoreException exception)
        {
            // The event only informs. When a folder is in the place of the feed, the run's document names it as damaged, too.
            var isMissing = await runs.FindAsync(record.RunId, cancellationToken) is { } written && !isRecorded(written);
            if (isMissing && !exception.IsOfOneValue)
            {
                throw;
            }

            if (!isMissing && _logged.TryAdd(record.Identity, true))
            {
                logger.EndNotAppended(exception, record.RunId);
            }
        }

        return await runs.FindAsync(record.RunId, cancellationToken) ?? record;
    }
}
