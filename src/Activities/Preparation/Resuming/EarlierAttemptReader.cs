using System.Collections.Concurrent;
using Orchestrator.Activities.Checkpoints;
using Orchestrator.Activities.Records;
using Orchestrator.Activities.Runs;
using Orchestrator.Workflows.Planning;
using Orchestrator.Workflows.Resuming;
using Orchestrator.Workflows.Runs;

namespace Orchestrator.Activities.Preparation.Resuming;

/// <summary>Reads what the records of one earlier attempt say of its steps. Thread-safe.</summary>
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
        var ends = new StepEnd[run.Steps.Count];
        var reading = new ParallelOptions { MaxDegreeOfParallelism = Readers, CancellationToken = cancellationToken };
        await Parallel.ForAsync(0, ends.Length, reading, async (position, token) => ends[position] = await reader.EndAsync(position, token));
        return (new EarlierAttempt(run, ends, from), [.. reader._damaged.Order(StringComparer.Ordinal)]);
    }

    private async ValueTask<StepEnd> EndAsync(int position, CancellationToken cancellationToken)
    {
        var id = _run.Steps[position].Id;
        if (_run.Reused?.TryGetValue(id, out var place) == true)
        {
            return place.Attempt == 0
                ? new StepEnd(StepResult.Completed(place), 0) // given by hand: the attempt itself has the output
                : await ReusedAsync(position, place, cancellationToken);
        }

        if (_run.Given?.ContainsKey(id) == true)
        {
            return new StepEnd(StepResult.Completed(new CheckpointReference(_run.RunAttempt, 0)), 0);
        }

        if (_run.Plan.Steps[position].Never)
        {
            return new StepEnd(StepResult.Skipped, 0);
        }

        var records = await RecordsAsync(id, _run.RunAttempt, cancellationToken);
        var end = records.IsDamaged ? new StepEnd(StepResult.None, records.Count) : records.Last switch
        {
            { Status: StepStatus.Completed, Again: false } last =>
                Completed(position, new CheckpointReference(_run.RunAttempt, records.Count), records.Count, last, records.Simulated),
            { Status: StepStatus.Skipped } last => new StepEnd(StepResult.Skipped, records.Count) { Consumed = last.Consumed },
            _ => new StepEnd(StepResult.None, records.Count),
        };
        return end with { Worked = records.Worked };
    }

    /// <summary>The end of a step whose output the attempt took from an earlier one.</summary>
    private async ValueTask<StepEnd> ReusedAsync(int position, CheckpointReference place, CancellationToken cancellationToken)
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

        return new StepEnd(StepResult.None, 0);
    }

    /// <summary>The end of a step that this attempt executed or reused: both consumed what the record says.</summary>
    private StepEnd Completed(int position, CheckpointReference place, int attempts, StepCheckpoint record, bool simulated) =>
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
