using Orchestrator.Bench.Layers;

namespace Orchestrator.Bench.Peers;

/// <summary>
/// Chains beside each other, that have nothing to do with each other. One step in so many is long, in every chain at another place: an engine that waits
/// for a whole layer before it begins the next waits for a long step each time.
/// </summary>
/// <param name="Chains">How many, and in how many steps of a chain one is long.</param>
/// <param name="Length">Steps of a chain: a multiple of <paramref name="Chains"/>.</param>
internal sealed record AlternatingChains(int Chains, int Length, int LongMs, int ShortMs) : IWorkload
{
    public string Name => $"{Chains} alternating chains";

    public int Steps => Chains * Length;

    public int MaxParallelism => Chains;

    /// <summary>Seconds that one chain takes, which is the lower bound.</summary>
    public double Bound => Length / Chains * (LongMs + ((Chains - 1) * ShortMs)) / 1e3;

    public int LatencyMsOf(int step) => step / Chains % Chains == step % Chains ? LongMs : ShortMs;

    public IReadOnlyList<int> DependsOn(int step) => step < Chains ? [] : [step - Chains];
}
