using Orchestrator.Storage;

namespace Orchestrator.CrashSweep.Running;

/// <summary>The runs of a case.</summary>
internal static class SweepRuns
{
    /// <summary>The run that the client starts.</summary>
    public const string Started = "swept";

    /// <summary>The run that it may fork from it.</summary>
    public const string Forked = "forked";

    /// <summary>Those that have a record.</summary>
    public static IReadOnlyList<string> In(IContentStore store) =>
        [.. store.ListAsync(ContentPrefix.Under("runs")).ToBlockingEnumerable().Select(key => key.Value.Split('/'))
            .Where(path => path is [_, _, "run.json"]).Select(path => path[1])];

    /// <summary>The records of attempts in all runs, those of runs that are being deleted among them.</summary>
    public static IEnumerable<SweepRecord> Records(IContentStore store) =>
        store.ListAsync(ContentPrefix.Under("runs")).ToBlockingEnumerable().Select(SweepLog.RunOf).OfType<string>().ToList()
            .SelectMany(run => SweepLog.Records(store, run));

    /// <summary>What is in the store. A state folder has other things beside it.</summary>
    public static IEnumerable<ContentKey> Keys(IContentStore store) =>
        store.ListAsync(ContentPrefix.All).ToBlockingEnumerable().Where(key => !key.Value.StartsWith("journal/", StringComparison.Ordinal));
}
