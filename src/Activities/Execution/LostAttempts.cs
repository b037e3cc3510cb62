using Orchestrator.Activities.Checkpoints;
using Orchestrator.Activities.Feed;
using Orchestrator.Activities.Records;
using Orchestrator.Activities.RunLogs;
using Orchestrator.Activities.Runs;
using Orchestrator.Activities.Telemetry;
using Orchestrator.Storage;
using Orchestrator.Workflows.Definitions;
using Orchestrator.Workflows.Planning;
using Orchestrator.Workflows.Runs;

namespace Orchestrator.Activities.Execution;

/// <summary>
/// Writes checkpoints for attempts that had begun when the run's orchestration ended without them, so that requests that may have been paid for count
/// in the run's usage and budgets. While an orchestration continues, the next executions of the steps do that. May be repeated. Thread-safe.
/// </summary>
public sealed class LostAttempts(
    RunStore runs, LostRequests requests, AttemptClaims claims, CheckpointStore checkpoints, StepRunner runner, RunEventFeed feed,
    RunTelemetry telemetry)
{
    /// <summary>
    /// Records the lost attempts of the run's latest attempt, unless steps of it may still execute elsewhere: those write their own checkpoints.
    /// </summary>
    /// <exception cref="ContentStoreException">The store is not available.</exception>
    /// <exception cref="RunGoneException">The run was deleted.</exception>
    public async Task RecordUnclaimedAsync(RunRecord run, CancellationToken cancellationToken)
    {
        ArgumentNullException.ThrowIfNull(run);
        if ((await claims.HeldAsync(run.Identity, cancellationToken)).Count == 0)
        {
            await RecordAsync(run, cancellationToken);
        }
    }

    /// <summary>Records the lost attempts of the run's latest attempt. Call it only when no step of the run executes any more.</summary>
    /// <exception cref="ContentStoreException">The store is not available.</exception>
    /// <exception cref="RunGoneException">The run was deleted.</exception>
    public async Task RecordAsync(RunRecord run, CancellationToken cancellationToken)
    {
        ArgumentNullException.ThrowIfNull(run);
        var begun = await requests.ReadAsync(run.Identity, run.Attempt, cancellationToken);
        if (begun.Count == 0 || await runs.FindPreparedAsync(run, run.Attempt, cancellationToken) is not { } prepared)
        {
            return;
        }

        var positions = prepared.Steps.Index().ToDictionary(step => step.Item.Id, step => step.Index, StringComparer.Ordinal);
        foreach (var ((step, attempt), open) in begun)
        {
            if (positions.TryGetValue(step, out var position))
            {
                await RecordAsync(prepared, Lost(run, step, position, attempt, open.LastStart), open, cancellationToken);
            }
        }
    }

    /// <summary>
    /// The last sign of life of the processes that worked on the run's latest attempt: the last event of the attempt, or the last renewal of a
    /// claim. Null when there is none, or it cannot be read.
    /// </summary>
    /// <exception cref="ContentStoreException">The store is not available.</exception>
    public async Task<DateTimeOffset?> LastSignAsync(RunRecord run, CancellationToken cancellationToken)
    {
        ArgumentNullException.ThrowIfNull(run);
        try
        {
            var renewed = await claims.LastRenewalAsync(run.Identity, cancellationToken);
            var appended = (await feed.ReadAsync(run.Identity, cancellationToken))
                .Where(item => item.RunAttempt == run.Attempt)
                .Max(item => (DateTimeOffset?)item.At);
            return renewed > appended || appended is null ? renewed : appended;
        }
        catch (UnreadableRecordException)
        {
            // The run's document names what is damaged.
            return null;
        }
    }

    /// <summary>
    /// Records a lost attempt: from the start of its last execution to the last sign of life of the process that worked on it, so that no time in
    /// which no process lived counts as work.
    /// </summary>
    private async Task RecordAsync(PreparedRun run, ExecuteStepInput call, OpenAttempt open, CancellationToken cancellationToken)
    {
        var requested = run.Steps[call.Step].Type == StepType.Prompt ? open.Executions : 0;
        var result = await runner.AddLostAsync(run, call, new AttemptResult { Error = call.EndedBy }, requested, cancellationToken);
        var renewed = await claims.LastRenewalAsync(call, cancellationToken);
        var endedAt = renewed > open.Process.At ? renewed.Value : open.Process.At;
        var checkpoint = CheckpointFactory.Of(run, call, open.LastStart, endedAt, result, null);
        var (stored, isNew) = await checkpoints.AddAsync(
            call.Run, [], StepEvents.EndOf(call, run, checkpoint), checkpoint, checkpoints.NewWriter(), texts: 0, cancellationToken);
        await (isNew ? telemetry.RecordedAsync(run, call, stored!, null, checkpoints, cancellationToken) : Task.CompletedTask);
    }

    private static ExecuteStepInput Lost(RunRecord run, string step, int position, int attempt, DateTimeOffset begunAt) => new()
    {
        RunId = run.RunId,
        Stamp = run.Identity.Stamp,
        RunAttempt = run.Attempt,
        Step = position,
        StepId = step,
        Attempt = attempt,
        ReadyAt = begunAt,
        EndedBy = new WorkflowError(
            ErrorKind.Cancelled,
            $"The process that executed step '{step}' ended, and this attempt of the run does not continue. Its request may have been paid for."),
    };
}
