using Orchestrator.Bench.Layers;
using Orchestrator.Bench.Reporting;
using Orchestrator.Bench.Runtime;

namespace Orchestrator.Bench.Peers;

/// <summary>Something that every engine does.</summary>
/// <param name="MeasureAsync">Does it once, and gives the seconds.</param>
/// <param name="Show">Writes seconds as a figure of this case.</param>
internal sealed record PeerCase(string Title, int Steps, Func<IPeer, Task<double>> MeasureAsync, Func<double, string> Show)
{
    public static PeerCase Of(NoOpWork work) => new($"{work}, /s", work.Steps, peer => peer.NoOpsAsync(work), seconds => Figures.Of(work.Steps / seconds));

    /// <param name="bound">The least seconds that it can take; null where its steps take no time.</param>
    public static PeerCase Of(IWorkload workload, double? bound) => new(
        bound is null ? $"{workload.Name}, s" : $"{workload.Name}, R",
        workload.Steps,
        peer => peer.RunAsync(workload),
        seconds => bound is { } least ? $"{Figures.Of(seconds / least, 2)} ({Figures.Of(seconds, 2)} s)" : Figures.Of(seconds, 2));
}
