namespace Orchestrator.Bench.Layers;

/// <summary>A workflow to measure, whose steps are numbered in an order in which they may run. Each answers <see cref="LayersCase.Answer"/>.</summary>
internal interface IWorkload
{
    public string Name { get; }

    public int Steps { get; }

    /// <summary>Steps of one run at a time.</summary>
    public int MaxParallelism { get; }

    /// <summary>How long the step's mock takes to answer, in milliseconds.</summary>
    public int LatencyMsOf(int step);

    /// <summary>The steps whose answers it gets: lower numbers only.</summary>
    public IReadOnlyList<int> DependsOn(int step);
}
