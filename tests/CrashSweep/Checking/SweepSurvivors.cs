using Orchestrator.Activities.Stores;
using Orchestrator.CrashSweep.Running;

namespace Orchestrator.CrashSweep.Checking;

/// <summary>The records of attempts that were there when a process died: nothing may touch them any more.</summary>
internal sealed record SweepSurvivors(IReadOnlyDictionary<ContentKey, string> Records)
{
    public static SweepSurvivors Of(SweepDisk disk) => new(Read(disk));

    /// <summary>The attempts that had their records, as <see cref="SweepModels"/> counts them: over all attempts of the run.</summary>
    public HashSet<(string Step, int Attempt)> Finished() =>
        [.. Records.Keys.GroupBy(key => key.Value.Split('/')[^2]).SelectMany(step => Enumerable.Range(1, step.Count()).Select(attempt => (step.Key, attempt)))];

    /// <summary>Records that are gone or changed.</summary>
    public IEnumerable<string> Touched(SweepDisk disk)
    {
        var now = Read(disk);
        return Records.Where(record => now.GetValueOrDefault(record.Key) != record.Value).Select(record => record.Key.Value);
    }

    private static Dictionary<ContentKey, string> Read(SweepDisk disk) => disk.Store
        .ListAsync(ContentPrefix.Under("runs", SweepLife.RunId, "steps")).ToBlockingEnumerable()
        .ToDictionary(key => key, key => Convert.ToHexString(disk.Store.GetAsync(key).GetAwaiter().GetResult()!.Bytes.Span));
}
