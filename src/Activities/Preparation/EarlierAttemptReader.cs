using Orchestrator.Activities.Checkpoints;
using Orchestrator.Activities.Records;
using Orchestrator.Activities.RunLogs;
using Orchestrator.Activities.Runs;
using Orchestrator.Workflows.Planning;
using Orchestrator.Workflows.Resuming;
using Orchestrator.Workflows.Runs;

namespace Orchestrator.Activities.Preparation;

/// <summary>Reads what the log of a run says about the steps of one earlier attempt. For one attempt; not thread-safe.</summary>
internal sealed class EarlierAttemptReader
{
    private readonly PreparedRun _run;
    private readonly RunLogIndex _log;
    private readonly IReadOnlyDictionary<AttemptKey, string> _lost;
    private readonly List<string> _damaged = [];

    private EarlierAttemptReader(PreparedRun run, RunLogIndex log, IReadOnlyDictionary<AttemptKey, string> lost) =>
        (_run, _log, _lost) = (run, log, lost);

    /// <param name="run">What the attempt was to execute.</param>
    /// <param name="from">The id of the step that the attempt was asked to go on from; null for none.</param>
    /// <param name="log">The log of the run.</param>
    /// <param name="lost">The attempts whose output cannot be read, each with the reason.</param>
    /// <returns>The attempt, and the records that cannot be read or are missing: their steps count as not completed.</returns>
    public static (EarlierAttempt Attempt, IReadOnlyList<string> Damaged) Read(
        PreparedRun run, string? from, RunLogIndex log, IReadOnlyDictionary<AttemptKey, string> lost)
    {
        var reader = new EarlierAttemptReader(run, log, lost);
        reader._damaged.AddRange(log.Flaws.Select(flaw =>
            $"{RunLogStore.Damaged(run.RunId, flaw).Message} A step that has no other record is executed again."));
        var steps = Enumerable.Range(0, run.Steps.Count).Select(reader.Step).ToArray();
        return (new EarlierAttempt(run, steps, from), reader._damaged);
    }

    private EarlierStep Step(int position)
    {
        var id = _run.Steps[position].Id;
        if (_run.Reused?.TryGetValue(id, out var place) == true)
        {
            return place.Attempt == 0
                ? new EarlierStep(StepResult.Completed(place), 0) // given by hand: the attempt itself has the output
                : Reused(position, place);
        }

        if (_run.Given?.ContainsKey(id) == true)
        {
            return new EarlierStep(StepResult.Completed(new CheckpointReference(_run.RunAttempt, 0)), 0);
        }

        if (_run.Plan.Steps[position].Never)
        {
            return new EarlierStep(StepResult.Skipped, 0);
        }

        var records = Records(id, _run.RunAttempt);
        var step = records.Last switch
        {
            { Status: StepStatus.Completed, Again: false } last when IsThere(id, _run.RunAttempt, records.Count) =>
                Completed(position, new CheckpointReference(_run.RunAttempt, records.Count), records.Count, last, records.Simulated),
            { Status: StepStatus.Skipped } last => new EarlierStep(StepResult.Skipped, records.Count) { Consumed = last.Consumed },
            _ => new EarlierStep(StepResult.None, records.Count),
        };
        return step with { Worked = records.Worked };
    }

    /// <summary>The result of a step whose output the attempt took from an earlier one.</summary>
    private EarlierStep Reused(int position, CheckpointReference place)
    {
        var id = _run.Steps[position].Id;
        var records = Records(id, place.RunAttempt);
        if (records.Count >= place.Attempt && IsThere(id, place.RunAttempt, place.Attempt))
        {
            return Completed(position, place, 0, records.Last!, records.Simulated);
        }

        if (records.Count < place.Attempt)
        {
            _damaged.Add(UnreadableRecordException.MissingIn(
                RunKeys.Log(_run.RunId), $"The record of step '{id}', which the run reused,", $"Step '{id}' is executed again.").Message);
        }

        return new EarlierStep(StepResult.None, 0);
    }

    /// <summary>Whether the output of the attempt can be read; the reason is kept when it cannot.</summary>
    private bool IsThere(string id, int runAttempt, int attempt)
    {
        if (!_lost.TryGetValue(new AttemptKey(runAttempt, id, attempt), out var reason))
        {
            return true;
        }

        _damaged.Add($"{reason} Step '{id}' is executed again unless another attempt of the run completed it.");
        return false;
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

    private StepRecords Records(string id, int runAttempt)
    {
        var records = new StepRecords(null, 0, 0, false);
        foreach (var record in CheckpointStore.Heads(_log, id, runAttempt))
        {
            records = new StepRecords(
                record,
                records.Count + 1,
                records.Worked + (record.HasWorked || record.BegunBefore ? 1 : 0),
                records.Simulated || record is { Status: StepStatus.Completed, Simulated: true });
        }

        return records;
    }

    /// <summary>The records of a step in one attempt of the run, taken together.</summary>
    /// <param name="Last">The last one; null when there is none.</param>
    /// <param name="Worked">How many of them are of attempts that worked.</param>
    /// <param name="Simulated">Whether one that gave an output, of any turn, is the simulation's.</param>
    private sealed record StepRecords(StepCheckpoint? Last, int Count, int Worked, bool Simulated);
}
