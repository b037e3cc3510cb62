using System.Collections.Concurrent;
using Orchestrator.Activities.Checkpoints;
using Orchestrator.Activities.Records;
using Orchestrator.Activities.Runs;
using Orchestrator.Workflows.Planning;
using Orchestrator.Workflows.Runs;

namespace Orchestrator.Activities.Preparation.Resuming;

/// <summary>An attempt of a run that has ended: what it was to execute, and what its records say became of each step. Not thread-safe.</summary>
internal sealed class EarlierAttempt
{
    /// <summary>Reads that go on at one time.</summary>
    private const int Readers = 16;

    private readonly Dictionary<string, int> _positions;
    private readonly StepEnd[] _ends;
    private readonly StepFingerprints _fingerprints;
    private readonly HashSet<int> _forced;

    private EarlierAttempt(PreparedRun run, StepEnd[] ends, string? from)
    {
        Run = run;
        _ends = ends;
        _fingerprints = new StepFingerprints(run);
        _positions = run.Steps.Select((step, position) => (step.Id, position)).ToDictionary(step => step.Id, step => step.position, StringComparer.Ordinal);
        _forced = from is not null && _positions.TryGetValue(from, out var first) ? Descendants.Of(run.Graph, first) : [];
        foreach (var position in run.Graph.TopologicalOrder.Where(position => ends[position].Result == StepResult.None))
        {
            Skip(position, IsSkippedByDependency(position));
        }

        UnneededSteps.Follow(
            run.Graph,
            position => ends[position].Result != StepResult.None,
            position => ends[position].Result == StepResult.Skipped,
            fallback => Skip(fallback, ends[fallback].Attempts == 0),
            position => Skip(position, IsSkippedByDependency(position)));
    }

    public PreparedRun Run { get; }

    /// <summary>The problems of records that cannot be read: their steps count as not completed.</summary>
    public IReadOnlyList<string> Damaged { get; private init; } = [];

    /// <summary>Reads the records of an attempt.</summary>
    /// <param name="from">The step that the attempt was asked to go on from; null for none.</param>
    public static async Task<EarlierAttempt> ReadAsync(PreparedRun run, string? from, CheckpointStore checkpoints, CancellationToken cancellationToken)
    {
        var ends = new StepEnd[run.Steps.Count];
        var damaged = new ConcurrentQueue<string>();
        var reading = new ParallelOptions { MaxDegreeOfParallelism = Readers, CancellationToken = cancellationToken };
        await Parallel.ForAsync(0, ends.Length, reading, async (position, token) => ends[position] = await EndAsync(run, position, checkpoints, damaged, token));
        return new EarlierAttempt(run, ends, from) { Damaged = [.. damaged.Order(StringComparer.Ordinal)] };
    }

    /// <summary>The position of the step; null when there was none of that id.</summary>
    public int? Find(string id) => _positions.TryGetValue(id, out var position) ? position : null;

    public StepEnd End(int position) => _ends[position];

    /// <summary>The request of this attempt forced the step, so older results do not count.</summary>
    public bool IsForced(int position) => _forced.Contains(position);

    public string Fingerprint(int position) => _fingerprints.Of(position);

    private static async ValueTask<StepEnd> EndAsync(
        PreparedRun run, int position, CheckpointStore checkpoints, ConcurrentQueue<string> damaged, CancellationToken cancellationToken)
    {
        var id = run.Steps[position].Id;
        if (run.Reused?.TryGetValue(id, out var place) == true)
        {
            return place.Attempt == 0
                ? new StepEnd(StepResult.Completed(place), 0) // given by hand: the attempt itself has the output
                : await ReusedAsync(run, position, place, checkpoints, damaged, cancellationToken);
        }

        if (run.Given?.ContainsKey(id) == true)
        {
            return new StepEnd(StepResult.Completed(new CheckpointReference(run.RunAttempt, 0)), 0);
        }

        if (run.Plan.Steps[position].Never)
        {
            return new StepEnd(StepResult.Skipped, 0);
        }

        var records = await RecordsAsync(run, id, run.RunAttempt, checkpoints, damaged, cancellationToken);
        var end = records.IsDamaged ? new StepEnd(StepResult.None, records.Count) : records.Last switch
        {
            { Status: StepStatus.Completed, Again: false } last => Completed(run, position, new CheckpointReference(run.RunAttempt, records.Count), records.Count, last, records.Simulated),
            { Status: StepStatus.Skipped } last => new StepEnd(StepResult.Skipped, records.Count) { Consumed = last.Consumed },
            _ => new StepEnd(StepResult.None, records.Count),
        };
        return end with { Worked = records.Worked };
    }

    /// <summary>The end of a step whose output an attempt took from an earlier one.</summary>
    private static async ValueTask<StepEnd> ReusedAsync(
        PreparedRun run, int position, CheckpointReference place, CheckpointStore checkpoints, ConcurrentQueue<string> damaged, CancellationToken cancellationToken)
    {
        var id = run.Steps[position].Id;
        var records = await RecordsAsync(run, id, place.RunAttempt, checkpoints, damaged, cancellationToken);
        if (!records.IsDamaged && records.Count >= place.Attempt)
        {
            return Completed(run, position, place, 0, records.Last!, records.Simulated);
        }

        if (!records.IsDamaged)
        {
            var missing = RunKeys.Checkpoint(run.RunId, id, place.RunAttempt, records.Count + 1);
            damaged.Enqueue(UnreadableRecordException.Missing(
                missing, $"The record of step '{id}', which the run reused,", $"Step '{id}' is executed again.").Message);
        }

        return new StepEnd(StepResult.None, 0);
    }

    /// <summary>The end of a step that this attempt executed, or reused: what it took is the same.</summary>
    private static StepEnd Completed(PreparedRun run, int position, CheckpointReference place, int attempts, StepCheckpoint record, bool simulated) =>
        new(StepResult.Completed(place), attempts)
        {
            Consumed = record.Consumed,
            Simulated = simulated,
            Adopted = record.Adopted,
            Failure = record.FallbackUsed ? record.Error?.Kind : null,
            Fallback = record is { FallbackUsed: true, Adopted: null } ? run.Steps[position].Fallback : null,
        };

    private static async Task<StepRecords> RecordsAsync(
        PreparedRun run, string id, int runAttempt, CheckpointStore checkpoints, ConcurrentQueue<string> damaged, CancellationToken cancellationToken)
    {
        var records = new StepRecords(null, 0, 0, false, false);
        try
        {
            await foreach (var record in checkpoints.ListAsync(run.Identity, id, runAttempt, cancellationToken))
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
            damaged.Enqueue($"{problem.Message} Step '{id}' is executed again.");
            return records with { Count = records.Count + 1, Worked = records.Worked + 1, IsDamaged = true };
        }

        return records;
    }

    private bool Skip(int position, bool isSkipped)
    {
        _ends[position] = isSkipped ? _ends[position] with { Result = StepResult.Skipped } : _ends[position];
        return isSkipped;
    }

    private bool IsSkippedByDependency(int position) => StepRules.IsSkipped(Run.Plan.Steps[position], dependency => _ends[dependency].Result.Kind == StepResultKind.Skipped);

    /// <summary>What the records of a step in one attempt of the run come to.</summary>
    /// <param name="Last">The last one; null when there is none.</param>
    /// <param name="Worked">How many of them are of attempts that worked.</param>
    /// <param name="Simulated">Whether one that gave an output, of any turn, is the simulation's.</param>
    /// <param name="IsDamaged">Whether one cannot be read; the count ends with it.</param>
    private sealed record StepRecords(StepCheckpoint? Last, int Count, int Worked, bool Simulated, bool IsDamaged);
}
