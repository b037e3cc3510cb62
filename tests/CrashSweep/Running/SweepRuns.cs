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

    /// <summary>The records of attempts in all runs.</summary>
    public static IEnumerable<ContentKey> Records(IContentStore store) =>
        store.ListAsync(ContentPrefix.Under("runs")).ToBlockingEnumerable().Where(key => Step(key) is not null);

    /// <summary>The step whose attempt this is the record of; null when it is something else.</summary>
    public static string? Step(ContentKey key) => key.Value.Split('/') is ["runs", _, "steps", var step, _] ? step : null;

    public static ContentKey Feed(string runId) => ContentKey.Of("runs", runId, "events-0.jsonl");

    /// <summary>What is in the store. A state folder has other things beside it.</summary>
    public static IEnumerable<ContentKey> Keys(IContentStore store) =>
        store.ListAsync(ContentPrefix.All).ToBlockingEnumerable().Where(key => !key.Value.StartsWith("journal/", StringComparison.Ordinal));
}
