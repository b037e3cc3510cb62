using Orchestrator.CrashSweep.Checking;
using Orchestrator.CrashSweep.Writes;

namespace Orchestrator.CrashSweep.Running;

/// <summary>A run whose process is idle.</summary>
/// <param name="App">The last process.</param>
/// <param name="First">The writes of the first process.</param>
/// <param name="Activities">What was executed in all processes.</param>
/// <param name="Survivors">The records at each death, in order.</param>
internal sealed record SweepResult(
    SweepCase Case, SweepDisk Disk, SweepCalls Calls, SweepApp App, SweepWrites First, SweepActivities Activities,
    IReadOnlyList<SweepSurvivors> Survivors) : IDisposable
{
    public void Dispose() => Disk.Dispose();
}
