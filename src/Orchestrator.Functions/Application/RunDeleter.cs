using Microsoft.DurableTask.Client;
using Orchestrator.Activities.Execution;
using Orchestrator.Activities.Records;
using Orchestrator.Activities.RunLogs;
using Orchestrator.Activities.Runs;
using Orchestrator.Functions.Orchestrations;
using Orchestrator.Storage;
using Orchestrator.Workflows.Runs;
using Orchestrator.Workflows.Scheduling;

namespace Orchestrator.Functions.Application;

/// <summary>
/// Deletes runs with the histories of their orchestrations, for HTTP and the command line alike. A deletion that fails midway is finished by the next
/// one. Thread-safe.
/// </summary>
public sealed class RunDeleter(
    RunStore runs, RunReconciler reconciler, RunLifecycle lifecycle, RunDeletion deletion, RunControl control, RunDrivers drivers, TimeProvider time)
{
    /// <summary>
    /// The message of the end that a deletion with force records first: a caller that follows the run may read it before the record is gone.
    /// </summary>
    public const string ForcedEnd = "The run was deleted with force.";

    /// <summary>
    /// Deletes a run that has ended, or whose record cannot be read: its records, its outputs, its events, and the histories of its orchestrations.
    /// </summary>
    /// <exception cref="RunNotFoundException">There is no such run.</exception>
    /// <exception cref="RunStateException">It has not ended.</exception>
    /// <exception cref="ContentStoreException">Something could not be deleted: the next deletion deletes the rest.</exception>
    public async Task DeleteAsync(DurableTaskClient client, string runId, CancellationToken cancellationToken)
    {
        await DeleteAsync(client, runId, force: false, static _ => true, cancellationToken);
        await deletion.EraseAsync(cancellationToken);
    }

    /// <summary>Deletes a run that ended before a time. A run that was resumed since then is kept. <see cref="EraseAsync"/> is to follow.</summary>
    /// <param name="before">The run is deleted when it ended before this time.</param>
    /// <exception cref="RunNotFoundException">There is no such run, or it ended later.</exception>
    /// <exception cref="RunStateException">It has not ended.</exception>
    /// <exception cref="ContentStoreException">Something could not be deleted: the next deletion deletes the rest.</exception>
    public Task DeleteAsync(DurableTaskClient client, string runId, DateTimeOffset before, CancellationToken cancellationToken) =>
        DeleteAsync(client, runId, force: false, record => record.CompletedAt < before, cancellationToken);

    /// <summary>
    /// Deletes the rest of a run that has no record, or whose deletion was interrupted. A run that began under the id since then is kept.
    /// <see cref="EraseAsync"/> is to follow.
    /// </summary>
    /// <exception cref="RunNotFoundException">There is nothing to delete, or there is a run.</exception>
    /// <exception cref="ContentStoreException">Something could not be deleted: the next deletion deletes the rest.</exception>
    public Task FinishDeletionAsync(DurableTaskClient client, string runId, CancellationToken cancellationToken) =>
        DeleteAsync(client, runId, force: true, static _ => false, cancellationToken);

    /// <summary>
    /// Deletes a run in any state, and the rest of a run without a record. Its orchestrations are terminated first, so that none works on it
    /// meanwhile.
    /// </summary>
    /// <exception cref="RunNotFoundException">There is no such run.</exception>
    /// <exception cref="RunStateException">A process that works on it does not respond.</exception>
    /// <exception cref="ContentStoreException">Something could not be deleted: the next deletion deletes the rest.</exception>
    public async Task DeleteWithForceAsync(DurableTaskClient client, string runId, CancellationToken cancellationToken)
    {
        await DeleteAsync(client, runId, force: true, static _ => true, cancellationToken);
        await deletion.EraseAsync(cancellationToken);
    }

    /// <summary>Removes what the store keeps of deleted runs for its own purposes.</summary>
    /// <exception cref="ContentStoreException">The store is not available. Some of it may remain until the next deletion.</exception>
    public Task EraseAsync(CancellationToken cancellationToken) => deletion.EraseAsync(cancellationToken);

    /// <param name="isWanted">Whether a record whose deletion has not begun is to be deleted; evaluated again when the deletion begins.</param>
    private async Task DeleteAsync(
        DurableTaskClient client, string runId, bool force, Func<RunRecord, bool> isWanted, CancellationToken cancellationToken)
    {
        ArgumentNullException.ThrowIfNull(client);
        using var heldLock = await deletion.LockAsync(runId, cancellationToken);
        RunRecord? record = null;
        var isMarked = false;
        try
        {
            record = await runs.FindAnyAsync(runId, cancellationToken) is { } found
                ? await BeginDeletionAsync(client, found, force, isWanted, cancellationToken)
                : force && await HasLeftoversAsync(client, runId, cancellationToken) && await deletion.BeginAsync(runId, cancellationToken)
                    ? null
                    : throw new RunNotFoundException(runId);
            isMarked = true;
        }
        catch (UnreadableRecordException)
        {
            // The record cannot be marked, so steps of the run execute until its orchestrations are terminated.
        }

        var attempts = record?.Attempt ?? await deletion.LastAttemptAsync(runId, cancellationToken);
        if (!await deletion.IsUnderWayAsync(runId, record, cancellationToken))
        {
            return;
        }

        if (isMarked)
        {
            // Before the histories: purging a history first records the process that does it, and on a full disk this frees the space for that.
            await deletion.DeletePartsAsync(runId, cancellationToken);
        }

        if (await RunInstances.PurgeAsync(client, runId, attempts, force || record is null, time, cancellationToken) is { } open)
        {
            var process = drivers.FindUnresponsive(new RunInput(runId, attempts));
            throw new RunStateException(
                $"Run '{runId}' is half deleted: its orchestration '{open}' was terminated and has not ended, since {DescribeUnresponsive(process)}. "
                + $"'orchestrator runs delete {runId} --force' finishes it then.",
                RunStatus.Cancelled);
        }

        if (await deletion.IsUnderWayAsync(runId, record, cancellationToken))
        {
            await deletion.FinishAsync(runId, record, cancellationToken);
        }
    }

    private async Task<bool> HasLeftoversAsync(DurableTaskClient client, string runId, CancellationToken cancellationToken) =>
        await deletion.HasPartsAsync(runId, cancellationToken)
        || (await RunHistory.ReadAsync(client, drivers, new RunInput(runId, 1), cancellationToken)).Problem != RunHistory.Gone;

    /// <summary>Marks the run as deleted: other callers no longer find it.</summary>
    private async Task<RunRecord> BeginDeletionAsync(
        DurableTaskClient client, RunRecord record, bool force, Func<RunRecord, bool> isWanted, CancellationToken cancellationToken)
    {
        if (!record.Deleting && !isWanted(record))
        {
            throw new RunNotFoundException(record.RunId);
        }

        // An ended run needs no check: the event that its feed may lack is deleted with it, and a full disk does not take it.
        if (!force && !record.Deleting && !record.HasEnded)
        {
            record = await reconciler.ReconcileAsync(client, record, cancellationToken);
            CheckEnded(record);
        }

        if (!record.Deleting)
        {
            await CheckResponsiveAsync(client, record, cancellationToken);
        }

        if (!record.HasEnded && !record.Deleting)
        {
            await EndAsync(record, cancellationToken);
        }

        var marked = await deletion.BeginAsync(record.RunId, now => (now.HasEnded || force) && isWanted(now), cancellationToken);
        if (marked is null)
        {
            CheckEnded(await runs.FindAsync(record.RunId, cancellationToken) ?? throw new RunNotFoundException(record.RunId));
        }

        return marked ?? throw new RunNotFoundException(record.RunId);
    }

    /// <summary>Cancels the executing steps at once, and records an end for callers that follow the run.</summary>
    private async Task EndAsync(RunRecord record, CancellationToken cancellationToken)
    {
        try
        {
            await control.CancelAsync(record.Identity, record.Attempt, StepReason.Cancel, cancellationToken);
            var error = new WorkflowError(ErrorKind.Cancelled, ForcedEnd);
            await lifecycle.EndAsync(record.Identity, record.Attempt, RunStatus.Cancelled, error, null, cancellationToken);
        }
        catch (ContentStoreException exception) when (exception.IsFull || exception.IsOfOneValue)
        {
            // The disk is full, or a folder is in the place of a file. Steps and callers notice at their next read that the run is deleted.
        }
    }

    /// <summary>Refuses the deletion while the process that drives the run does not respond: what it holds cannot be deleted.</summary>
    private async Task CheckResponsiveAsync(DurableTaskClient client, RunRecord record, CancellationToken cancellationToken)
    {
        var run = new RunInput(record.RunId, record.Attempt);
        if (drivers.IsDriven(run) != true)
        {
            return;
        }

        await client.RaiseEventAsync(run.InstanceId, FunctionNames.ProbeEvent, cancellation: cancellationToken);
        if (drivers.FindUnresponsive(run) is { } process)
        {
            throw new RunStateException(
                $"Run '{record.RunId}' was not deleted, and nothing of it: {DescribeUnresponsive(process)}. Then delete it again.", record.Status);
        }
    }

    private static string DescribeUnresponsive(DriverProcess? process) => process is null
        ? "its process does not answer; end that"
        : $"the {process.Name} works on it and did not answer within 10 s. End that process ({process.EndCommand})";

    private void CheckEnded(RunRecord record)
    {
        if (!record.HasEnded)
        {
            throw RunStateException.StillOpen(drivers.Shown(record), driver: null);
        }
    }
}
