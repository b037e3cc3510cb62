using System.Globalization;

namespace Orchestrator.Bench.Reporting;

/// <summary>Formats numbers for reports.</summary>
internal static class Figures
{
    /// <summary>The cell of a figure that does not exist.</summary>
    public const string None = "–";

    /// <summary>A number with thousands separators; <see cref="None"/> for infinity and NaN.</summary>
    public static string Of(double value, int decimals = 0) =>
        double.IsFinite(value) ? value.ToString("N" + decimals.ToString(CultureInfo.InvariantCulture), CultureInfo.InvariantCulture) : None;

    /// <summary>A ratio with two decimals; <see cref="None"/> when the bound is not positive.</summary>
    public static string Ratio(double value, double bound) => bound > 0 ? Of(value / bound, 2) : None;

    /// <summary>The median, and the range of several measurements.</summary>
    public static string Spread(Sample sample, int decimals = 0) => sample.Count == 1
        ? Of(sample.Median, decimals)
        : $"{Of(sample.Median, decimals)} ({Of(sample.Min, decimals)}–{Of(sample.Max, decimals)})";
}

/// <summary>Repeated measurements of the same quantity; at least one.</summary>
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
