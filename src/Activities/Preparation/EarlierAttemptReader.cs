using System.Collections.Concurrent;
using Orchestrator.Activities.Checkpoints;
using Orchestrator.Activities.Records;
using Orchestrator.Activities.Runs;
using Orchestrator.Workflows.Planning;
using Orchestrator.Workflows.Resuming;
using Orchestrator.Workflows.Runs;

namespace Orchestrator.Activities.Preparation;

/// <summary>Reads what the records of one earlier attempt say about its steps. Thread-safe.</summary>
internal sealed class EarlierAttemptReader
{
    /// <summary>Steps that are read at one time.</summary>
    private const int Readers = 16;

    private readonly PreparedRun _run;
    private readonly CheckpointStore _checkpoints;
    private readonly ConcurrentQueue<string> _damaged = new();

    private EarlierAttemptReader(PreparedRun run, CheckpointStore checkpoints) => (_run, _checkpoints) = (run, checkpoints);

    /// <param name="run">What the attempt was to execute.</param>
    /// <param name="from">The id of the step that the attempt was asked to go on from; null for none.</param>
    /// <returns>The attempt, and the problems of records that cannot be read, in ordinal order: their steps count as not completed.</returns>
    public static async Task<(EarlierAttempt Attempt, IReadOnlyList<string> Damaged)> ReadAsync(
        PreparedRun run, string? from, CheckpointStore checkpoints, CancellationToken cancellationToken)
    {
        var reader = new EarlierAttemptReader(run, checkpoints);
        var steps = new EarlierStep[run.Steps.Count];
        var reading = new ParallelOptions { MaxDegreeOfParallelism = Readers, CancellationToken = cancellationToken };
        await Parallel.ForAsync(0, steps.Length, reading, async (position, token) => steps[position] = await reader.StepAsync(position, token));
        return (new EarlierAttempt(run, steps, from), [.. reader._damaged.Order(StringComparer.Ordinal)]);
    }

    private async ValueTask<EarlierStep> StepAsync(int position, CancellationToken cancellationToken)
    {
        var id = _run.Steps[position].Id;
        if (_run.Reused?.TryGetValue(id, out var place) == true)
        {
            return place.Attempt == 0
                ? new EarlierStep(StepResult.Completed(place), 0) // given by hand: the attempt itself has the output
                : await ReusedAsync(position, place, cancellationToken);
        }

        if (_run.Given?.ContainsKey(id) == true)
        {
            return new EarlierStep(StepResult.Completed(new CheckpointReference(_run.RunAttempt, 0)), 0);
        }

        if (_run.Plan.Steps[position].Never)
        {
            return new EarlierStep(StepResult.Skipped, 0);
        }

        var records = await RecordsAsync(id, _run.RunAttempt, cancellationToken);
        var step = records.IsDamaged ? new EarlierStep(StepResult.None, records.Count) : records.Last switch
        {
            { Status: StepStatus.Completed, Again: false } last =>
                Completed(position, new CheckpointReference(_run.RunAttempt, records.Count), records.Count, last, records.Simulated),
            { Status: StepStatus.Skipped } last => new EarlierStep(StepResult.Skipped, records.Count) { Consumed = last.Consumed },
            _ => new EarlierStep(StepResult.None, records.Count),
        };
        return step with { Worked = records.Worked };
    }

    /// <summary>The result of a step whose output the attempt took from an earlier one.</summary>
    private async ValueTask<EarlierStep> ReusedAsync(int position, CheckpointReference place, CancellationToken cancellationToken)
    {
        var id = _run.Steps[position].Id;
        var records = await RecordsAsync(id, place.RunAttempt, cancellationToken);
        if (!records.IsDamaged && records.Count >= place.Attempt)
        {
            return Completed(position, place, 0, records.Last!, records.Simulated);
        }

        if (!records.IsDamaged)
        {
            var missing = RunKeys.Checkpoint(_run.RunId, id, place.RunAttempt, records.Count + 1);
            _damaged.Enqueue(UnreadableRecordException.Missing(
                missing, $"The record of step '{id}', which the run reused,", $"Step '{id}' is executed again.").Message);
        }

        return new EarlierStep(StepResult.None, 0);
    }

    /// <summary>The result of a step that the attempt executed or reused; its record has what it consumed.</summary>
    private EarlierStep Completed(int position, CheckpointReference place, int attempts, StepCheckpoint record, bool simulated) =>
        new(StepResult.Completed(place), attempts)
        {
            Consumed = record.Consumed,
            Simulated = simulated,
            Adopted = record.Adopted,
            Failure = record.FallbackUsed ? record.Error?.Kind : null,
            Fallback = record is { FallbackUsed: true, Adopted: null } ? _run.Steps[position].Fallback : null,
        };

    private async Task<StepRecords> RecordsAsync(string id, int runAttempt, CancellationToken cancellationToken)
    {
        var records = new StepRecords(null, 0, 0, false, false);
        try
        {
            await foreach (var record in _checkpoints.ListAsync(_run.Identity, id, runAttempt, cancellationToken))
            {
                records = new StepRecords(
                    record,
                    records.Count + 1,
                    records.Worked + (record.HasWorked || record.BegunBefore ? 1 : 0),
                    records.Simulated || record is { Status: StepStatus.Completed, Simulated: true },
                    IsDamaged: false);
            }
        }
        catch (UnreadableRecordException problem) when (problem.IsLost)
        {
            _damaged.Enqueue($"{problem.Message} Step '{id}' is executed again.");
            return records with { Count = records.Count + 1, Worked = records.Worked + 1, IsDamaged = true };
        }

        return records;
    }

    /// <summary>The records of a step in one attempt of the run, taken together.</summary>
    /// <param name="Last">The last one; null when there is none.</param>
    /// <param name="Worked">How many of them are of attempts that worked.</param>
    /// <param name="Simulated">Whether one that gave an output, of any turn, is the simulation's.</param>
    /// <param name="IsDamaged">Whether one cannot be read; the count ends with it.</param>
    private sealed record StepRecords(StepCheckpoint? Last, int Count, int Worked, bool Simulated, bool IsDamaged);
}
