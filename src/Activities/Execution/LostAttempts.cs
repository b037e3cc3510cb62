using Orchestrator.Activities.Checkpoints;
using Orchestrator.Activities.Feed;
using Orchestrator.Activities.Runs;
using Orchestrator.Activities.Telemetry;
using Orchestrator.Workflows.Definitions;
using Orchestrator.Workflows.Planning;
using Orchestrator.Workflows.Runs;

namespace Orchestrator.Activities.Execution;

/// <summary>
/// Records the attempts of steps that had begun when the run's orchestration ended without them, so that requests which may have been paid for count in the
/// run's sums and budgets. An orchestration that goes on has them recorded by the steps' next executions. Thread-safe, and may be repeated.
/// </summary>
public sealed class LostAttempts(
    RunStore runs, LostRequests requests, AttemptClaims claims, CheckpointStore checkpoints, StepWorker worker, RunEventFeed feed, RunTelemetry telemetry, TimeProvider time)
{
    /// <summary>Does so unless steps may still execute elsewhere: theirs are the records then.</summary>
    public async Task RecordUnclaimedAsync(RunRecord run, CancellationToken cancellationToken)
    {
        ArgumentNullException.ThrowIfNull(run);
        if ((await claims.HeldAsync(run.Identity, cancellationToken)).Count == 0)
        {
            await RecordAsync(run, cancellationToken);
        }
    }

    /// <summary>Does so for the run's newest attempt, of which no step executes any more.</summary>
    public async Task RecordAsync(RunRecord run, CancellationToken cancellationToken)
    {
        ArgumentNullException.ThrowIfNull(run);
        var begun = await requests.ReadAsync(run.Identity, run.Attempt);
        if (begun.Count == 0 || await runs.FindPreparedAsync(run, run.Attempt, cancellationToken) is not { } prepared)
        {
            return;
        }

        var positions = prepared.Steps.Select((step, position) => (step.Id, position)).ToDictionary(step => step.Id, step => step.position, StringComparer.Ordinal);
        foreach (var ((step, attempt), moments) in begun)
        {
            if (positions.TryGetValue(step, out var position))
            {
                await RecordAsync(prepared, Lost(run, step, position, attempt, moments.Min()), moments.Count, cancellationToken);
            }
        }
    }

    private async Task RecordAsync(PreparedRun run, ExecuteStepInput call, int executions, CancellationToken cancellationToken)
    {
        var requested = run.Steps[call.Step].Type == StepType.Prompt ? executions : 0;
        var work = await worker.AddLostAsync(run, call, new StepWork { Error = call.EndedBy }, requested, cancellationToken);
        var (record, isNew) = await checkpoints.AddAsync(call.Run, StepRecord.Of(run, call, call.ReadyAt, time.GetUtcNow(), work, null), cancellationToken);
        await (isNew ? telemetry.RecordedAsync(run, call, record, null, checkpoints, cancellationToken) : Task.CompletedTask);
        await feed.AppendAsync(call.Run, [StepEvents.Ended(call, run, record)], cancellationToken);
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
            ErrorKind.Cancelled, $"The process that executed step '{step}' ended, and this attempt of the run goes on no more. What it had asked for may have been paid for."),
    };
}
