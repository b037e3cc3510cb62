namespace Orchestrator.Bench.Reporting;

/// <summary>Measurements of one thing.</summary>
internal sealed class Sample
{
    private readonly double[] _sorted;

    public Sample(IEnumerable<double> values)
    {
        _sorted = [.. values.Order()];
    }

    public int Count => _sorted.Length;

    public double Min => _sorted[0];

    public double Max => _sorted[^1];

    public double Median => Quantile(0.5);

    public double P95 => Quantile(0.95);

    public double P99 => Quantile(0.99);

    private double Quantile(double part) => _sorted[(int)Math.Round(part * (_sorted.Length - 1))];
}
