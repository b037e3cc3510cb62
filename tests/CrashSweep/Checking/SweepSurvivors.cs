using Orchestrator.CrashSweep.Running;

namespace Orchestrator.CrashSweep.Checking;

/// <summary>The records of attempts that existed when a process died: they must not change any more.</summary>
internal sealed record SweepSurvivors(IReadOnlyDictionary<SweepAttempt, string> Records)
{
    public static SweepSurvivors Of(SweepDisk disk) => new(Read(disk));

    /// <summary>
    /// The attempts that had their records, as <see cref="SweepModels"/> counts them: over all attempts of the run, and over its fork.
    /// </summary>
    public HashSet<(string Step, int Attempt)> Finished() =>
        [.. Records.Keys.GroupBy(attempt => attempt.Step)
            .SelectMany(step => Enumerable.Range(1, step.Count()).Select(attempt => (step.Key, attempt)))];

    /// <summary>Records that are gone or changed, of runs that are not deleted.</summary>
    public IEnumerable<string> Touched(SweepDisk disk)
    {
        var (now, runs) = (Read(disk), SweepRuns.In(disk.Store));
        return Records.Where(record => now.GetValueOrDefault(record.Key) != record.Value && runs.Contains(record.Key.Run))
            .Select(record => record.Key.ToString());
    }

    private static Dictionary<SweepAttempt, string> Read(SweepDisk disk) =>
        SweepRuns.Records(disk.Store).ToDictionary(record => record.Attempt, record => record.Whole.ToJsonString());
}
