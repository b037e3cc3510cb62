using Orchestrator.Workflows.Graphs;
using Orchestrator.Workflows.Scheduling;

namespace Orchestrator.Bench.Scheduling;

/// <summary>Plans of any size in a few shapes.</summary>
internal static class PlanShapes
{
    public static IReadOnlyList<(string Name, Func<int, RunPlan> Make)> All { get; } =
    [
        ("chain", count => Plan(count, step => step == 0 ? [] : [step - 1])),
        ("fan-out", count => Plan(count, step => step == 0 ? [] : [0])),
        ("fan-in", count => Plan(count, step => step == count - 1 ? [.. Enumerable.Range(0, count - 1)] : [])),
        ("layers of 100", count => Plan(count, step => step < 100 ? [] : step % 2 == 0 ? [step - 100] : [step - 100, step - 100 - (step % 100) + ((step + 7) % 100)])),
    ];

    private static RunPlan Plan(int count, Func<int, int[]> dependsOn) => new()
    {
        RunId = "bench",
        Steps = [.. Enumerable.Range(0, count).Select(step => new GraphStep($"s{step}") { DependsOn = dependsOn(step), EstimatedMs = 1_000, Paced = true })],
        MaxParallelism = 50,
        ParallelBatchDelayMs = 0,
    };
}
