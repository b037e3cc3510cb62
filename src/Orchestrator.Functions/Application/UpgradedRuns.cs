using Microsoft.DurableTask.Client;
using Microsoft.Extensions.Logging;
using Orchestrator.Activities.Execution;
using Orchestrator.Activities.Models;
using Orchestrator.Activities.Preparation;
using Orchestrator.Activities.Records;
using Orchestrator.Activities.RunLogs;
using Orchestrator.Activities.Runs;
using Orchestrator.Functions.Orchestrations;
using Orchestrator.Functions.Telemetry;
using Orchestrator.Storage;
using Orchestrator.Workflows.Names;
using Orchestrator.Workflows.Runs;

namespace Orchestrator.Functions.Application;

/// <summary>
/// Resumes runs whose attempt another version of the orchestration code began: the host has failed its instance, and the next attempt continues from
/// the records. Several processes may do so at once, and any may end midway: one caller opens the next attempt, and any caller schedules it.
/// Thread-safe.
/// </summary>
public sealed class UpgradedRuns(
    RunStore runs, RunReconciler reconciler, RunResumer resumer, RunControl control, AttemptClaims claims, LostAttempts lost,
    SettledInstances settled, IChatClientFactory models, ILogger<UpgradedRuns> logger)
{
    /// <summary>
    /// Resumes every such run, except those that only a user resumes: suspended ones and those of the foreground. A run whose steps still execute is
    /// left to a later call, so that their records are reused; where claims outlive processes, that takes up to <see cref="AttemptClaims.Lease"/>. A
    /// failure is logged, and the next call tries again.
    /// </summary>
    public async Task ResumeAsync(DurableTaskClient client, CancellationToken cancellationToken)
    {
        ArgumentNullException.ThrowIfNull(client);
        try
        {
            var claimed = new List<(RunRecord Run, IReadOnlyDictionary<ContentKey, string> Claims)>();
            foreach (var run in await FindAsync(client, cancellationToken))
            {
                if (await claims.HeldAsync(run.Identity, cancellationToken) is { Count: > 0 } held)
                {
                    claimed.Add((run, held));
                }
                else
                {
                    await ResumeAsync(client, run, cancellationToken);
                }
            }

            await (claimed.Count == 0 ? Task.CompletedTask : claims.WaitForLeaseAsync(cancellationToken));
            foreach (var (run, before) in claimed)
            {
                var now = await claims.HeldAsync(run.Identity, cancellationToken);
                if (now.All(claim => before.GetValueOrDefault(claim.Key) == claim.Value))
                {
                    await ResumeAsync(client, run, cancellationToken);
                }
            }
        }
        catch (Exception exception) when (exception is not OperationCanceledException)
        {
            logger.UpgradedNotFound(exception, exception.Message, UpgradeTimer.Interval.TotalMinutes);
        }
    }

    /// <summary>
    /// Finds the runs to resume. Skips instances known to be settled: the cost depends on what is to be done, not on what is stored.
    /// </summary>
    private async Task<List<RunRecord>> FindAsync(DurableTaskClient client, CancellationToken cancellationToken)
    {
        var known = await settled.ReadAsync(cancellationToken);
        var (found, still) = (new List<RunRecord>(), new HashSet<SettledInstance>());
        var failed = new OrchestrationQuery { Statuses = [OrchestrationRuntimeStatus.Failed] };
        await foreach (var instance in client.GetAllInstancesAsync(failed).WithCancellation(cancellationToken))
        {
            var execution = new SettledInstance(instance.InstanceId, instance.CreatedAt);
            if (known?.Contains(execution) == true)
            {
                still.Add(execution);
                continue;
            }

            var runId = instance.InstanceId.Split('.')[0];
            if (instance.Name != FunctionNames.WorkflowRun || !NameRules.RunId.IsMatch(runId))
            {
                continue;
            }

            try
            {
                var (upgraded, isSettled) = await ExamineAsync(client, runId, instance.InstanceId, cancellationToken);
                found.AddRange(upgraded is null ? [] : [upgraded]);
                _ = isSettled && still.Add(execution);
            }
            catch (RunGoneException)
            {
                // Deleted meanwhile: there is nothing to resume.
            }
            catch (Exception exception) when (exception is not OperationCanceledException || !cancellationToken.IsCancellationRequested)
            {
                // A fault of one run must not keep the others from being resumed.
                logger.UpgradedLeft(runId, exception.Message);
            }
        }

        await (known?.SetEquals(still) == false ? WriteAsync(still, cancellationToken) : Task.CompletedTask);
        return found;
    }

    /// <summary>
    /// The run, when it is to be resumed for this instance, and whether the instance is settled. An instance without a record is not: a restored
    /// backup may have it.
    /// </summary>
    private async Task<(RunRecord? Upgraded, bool IsSettled)> ExamineAsync(
        DurableTaskClient client, string runId, string instanceId, CancellationToken cancellationToken)
    {
        if (await runs.FindAsync(runId, cancellationToken) is not { } record)
        {
            return (null, false);
        }

        // A pending attempt may be one whose caller ended before it scheduled it.
        var hasNextAttempt = !record.HasEnded && record.Status != RunStatus.Pending && new RunInput(runId, record.Attempt).InstanceId != instanceId;
        if ((record.HasEnded && !record.IsEndEventPending) || hasNextAttempt)
        {
            return (null, true);
        }

        var now = await reconciler.ReconcileAsync(client, record, cancellationToken);
        return (now.IsUpgraded && await IsResumedAsync(now, cancellationToken) ? now : null, false);
    }

    private async Task WriteAsync(IReadOnlySet<SettledInstance> instances, CancellationToken cancellationToken)
    {
        try
        {
            await settled.WriteAsync(instances, cancellationToken);
        }
        catch (ContentStoreException exception)
        {
            // A full disk must not keep runs from being resumed.
            logger.UpgradedForgotten(exception.Message);
        }
    }

    /// <summary>Whether the run is resumed without a user's request.</summary>
    private async Task<bool> IsResumedAsync(RunRecord run, CancellationToken cancellationToken)
    {
        if (run.Attempts[^1].IsForeground || (await control.ReadAsync(run.Identity, cancellationToken)).IsSuspended(run.Attempt))
        {
            return false;
        }

        if (await runs.FindPreparedAsync(run, run.Attempt, cancellationToken) is { } prepared && ModelChange.Find(prepared, models) is { } change)
        {
            logger.UpgradedLeft(run.RunId, $"{change} A user resumes it with either: 'orchestrator resume {run.RunId}'.");
            return false;
        }

        if (run.IsInterruptedAgain)
        {
            logger.UpgradedTwice(run.RunId, OrchestrationVersion.Current);
            return false;
        }

        return true;
    }

    private async Task ResumeAsync(DurableTaskClient client, RunRecord run, CancellationToken cancellationToken)
    {
        try
        {
            // The remaining claims belong to processes that have ended.
            await lost.RecordAsync(run, cancellationToken);
            var request = new ResumeRequest(run.RunId) { Reason = $"Another version of orchestrator had begun attempt {run.Attempt}." };
            var next = await resumer.ResumeAsync(client, request, cancellationToken);
            logger.UpgradedResumed(run.RunId, next.RunAttempt);
        }
        catch (Exception exception) when (exception is RunNotFoundException or RunGoneException)
        {
            logger.UpgradedElsewhere(run.RunId, exception.Message);
        }
        catch (RunStateException exception) when (!cancellationToken.IsCancellationRequested)
        {
            if (await IsUnchangedAsync(run, cancellationToken))
            {
                logger.UpgradedRefused(run.RunId, exception.Message);
            }
            else
            {
                logger.UpgradedElsewhere(run.RunId, exception.Message);
            }
        }
        catch (Exception exception) when (exception is not OperationCanceledException || !cancellationToken.IsCancellationRequested)
        {
            // A fault of one run must not keep the others from being resumed.
            logger.UpgradedRefused(run.RunId, exception.Message);
        }
    }

    /// <summary>Whether no other caller resumed, cancelled or deleted the run meanwhile; true when that is unknown.</summary>
    private async Task<bool> IsUnchangedAsync(RunRecord run, CancellationToken cancellationToken)
    {
        try
        {
            return await runs.FindAsync(run.RunId, cancellationToken) is { IsUpgraded: true } now
                && (now.Identity, now.Attempt) == (run.Identity, run.Attempt);
        }
        catch (Exception exception) when (exception is ContentStoreException or UnreadableRecordException)
        {
            return true;
        }
    }
}
