using System.Globalization;

namespace Orchestrator.Bench.Reporting;

/// <summary>How numbers are written in reports.</summary>
internal static class Figures
{
    public const string None = "–";

    public static string Of(double value, int decimals = 0) =>
        double.IsFinite(value) ? value.ToString("N" + decimals.ToString(CultureInfo.InvariantCulture), CultureInfo.InvariantCulture) : None;

    /// <summary>A ratio; a dash when there is nothing to compare with.</summary>
    public static string Ratio(double value, double bound) => bound > 0 ? Of(value / bound, 2) : None;

    /// <summary>The median, and the range when there is one.</summary>
    public static string Spread(Sample sample, int decimals = 0) => sample.Count == 1
        ? Of(sample.Median, decimals)
        : $"{Of(sample.Median, decimals)} ({Of(sample.Min, decimals)}–{Of(sample.Max, decimals)})";
}
