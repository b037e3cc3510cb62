using System.Collections.Concurrent;
using Orchestrator.Activities.Stores;
using Orchestrator.LocalHost.Journal;

namespace Orchestrator.CrashSweep.Running;

/// <summary>What outlives a process.</summary>
internal sealed class SweepDisk
{
    private readonly ConcurrentDictionary<ContentKey, string> _records = new();

    public MemoryJournal Journal { get; } = new();

    public MemoryContentStore Store { get; } = new();

    /// <summary>Something was written: when it is the record of an attempt, that is remembered even if its run is deleted.</summary>
    public void Remember(ContentKey key)
    {
        if (SweepRuns.Step(key) is { } step)
        {
            _records[key] = step;
        }
    }

    /// <summary>How many attempts of the step ever had their record, in all runs.</summary>
    public int CountRecords(string step) => _records.Values.Count(other => other == step);
}
