using Orchestrator.Activities.Stores;
using Orchestrator.LocalHost.Journal;

namespace Orchestrator.CrashSweep.Running;

/// <summary>What outlives a process.</summary>
internal sealed class SweepDisk
{
    public MemoryJournal Journal { get; } = new();

    public MemoryContentStore Store { get; } = new();
}
