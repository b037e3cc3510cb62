using Orchestrator.Activities.Checkpoints;
using Orchestrator.Activities.Records;
using Orchestrator.Activities.RunLogs;
using Orchestrator.Activities.Runs;

namespace Orchestrator.Activities.Feed;

/// <summary>Reads one step of a run as users see it, from its checkpoints and events. Thread-safe.</summary>
public sealed class RunStepReader(RunStore runs, CheckpointStore checkpoints, RunLogReader log)
{
    /// <summary>The step; null when there is no such run, or it has no such step.</summary>
    /// <exception cref="UnreadableRecordException">
    /// The run's record or a checkpoint of the step cannot be read, or what the latest attempt executes cannot be read or is missing.
    /// </exception>
    public async Task<StepDocument?> FindAsync(string runId, string stepPath, CancellationToken cancellationToken)
    {
        if (await runs.FindAsync(runId, cancellationToken) is not { } run)
        {
            return null;
        }

        var executed = await runs.FindPreparedAsync(run, run.Attempt, cancellationToken);
        if (executed is null && run.StartedAt is not null)
        {
            throw RunStore.MissingPrepared(run, run.Attempt);
        }

        if (executed is not { } prepared
            || prepared.Steps.Index().FirstOrDefault(item => item.Item.Id == stepPath) is not (var position, { } step))
        {
            return null;
        }

        var records = await RecordsAsync(run, stepPath, cancellationToken);
        var projection = RunProjection.Of(prepared);
        foreach (var item in (await log.ReadAsync(run, cancellationToken)).Events)
        {
            projection.Apply(item);
        }

        if (run.HasEnded)
        {
            projection.MarkLost();
        }

        var now = projection.Step(step.Id);
        var result = await checkpoints.FindResultAsync(prepared, position, cancellationToken);
        var prompt = step.Prompt is null ? null : prepared.Prompts[step.Prompt];
        return new StepDocument
        {
            StepId = step.Id,
            StepPath = stepPath,
            Type = step.Type,
            PromptId = prompt?.Slug,
            PromptVersion = prompt?.Version,
            Model = records.LastOrDefault()?.Model ?? (step.Models.Count > 0 ? step.Models[0] : null),
            Simulated = records.LastOrDefault()?.Simulated == true,
            OutputKey = step.OutputKey,
            Status = now.Status,
            Reason = now.Reason,
            Output = result?.Output,
            TransformedOutput = result?.Transformed,
            Attempts = [.. records.Select(StepAttempt.Of)],
        };
    }

    private async Task<List<StepCheckpoint>> RecordsAsync(RunRecord run, string stepPath, CancellationToken cancellationToken)
    {
        var records = new List<StepCheckpoint>();
        for (var runAttempt = 0; runAttempt <= run.Attempt; runAttempt++)
        {
            await foreach (var record in checkpoints.ListAsync(run.Identity, stepPath, runAttempt, cancellationToken))
            {
                records.Add(record);
            }
        }

        return records;
    }
}
