namespace Orchestrator.Bench.Layers;

/// <summary>A workflow to measure: layers of equal width, each step with one or two dependencies in the layer before its own.</summary>
internal sealed record LayersCase(string Name, int Layers, int Width, int LatencyMs, int MaxParallelism) : IWorkload
{
    public int Steps => Layers * Width;

    public int LatencyMsOf(int step) => LatencyMs;

    public static string Id(int step) => $"s{step}";

    public static string Answer(int step) => $"answer {step}";

    /// <summary>A chain has one; elsewhere every second step has two.</summary>
    public IReadOnlyList<int> DependsOn(int step)
    {
        var (layer, place) = (step / Width, step % Width);
        if (layer == 0)
        {
            return [];
        }

        var before = (layer - 1) * Width;
        return Width > 1 && place % 2 == 1 ? [before + place, before + ((place + 7) % Width)] : [before + place];
    }
}
