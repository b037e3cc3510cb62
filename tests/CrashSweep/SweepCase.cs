using System.Globalization;
using Orchestrator.CrashSweep.Writes;

namespace Orchestrator.CrashSweep;

/// <summary>One run with one fault. Its text repeats it.</summary>
/// <param name="At">The number of the write or activity, from 1.</param>
/// <param name="Again">The number of the write at which the recovering process is killed too, counted from the first death; 0: it is not.</param>
/// <param name="Hours">The hours between a death and the next start.</param>
/// <param name="OnFiles">Everything is kept in a state folder, and not in memory.</param>
public sealed record SweepCase(SweepDefinition Definition, int Seed, SweepFault Fault, int At, int Again = 0, int Hours = 0, bool OnFiles = false)
{
    /// <summary>The word of the text for where everything is kept.</summary>
    public static string Place(bool onFiles) => onFiles ? "files" : "memory";

    /// <summary>Parses what <see cref="ToString"/> returns; null for any other text.</summary>
    public static SweepCase? Parse(string text)
    {
        ArgumentNullException.ThrowIfNull(text);
        var parts = text.Split(':');
        return parts.Length == 7
            && SweepDefinitions.Find(parts[0]) is { } definition
            && int.TryParse(parts[1], NumberStyles.None, CultureInfo.InvariantCulture, out var seed)
            && Enum.TryParse<SweepFault>(parts[2], out var fault)
            && int.TryParse(parts[3], NumberStyles.None, CultureInfo.InvariantCulture, out var at)
            && int.TryParse(parts[4], NumberStyles.None, CultureInfo.InvariantCulture, out var again)
            && int.TryParse(parts[5], NumberStyles.None, CultureInfo.InvariantCulture, out var hours)
            ? new SweepCase(definition, seed, fault, at, again, hours, parts[6] == Place(onFiles: true))
            : null;
    }

    /// <inheritdoc/>
    public override string ToString() =>
        string.Create(CultureInfo.InvariantCulture, $"{Definition.Name}:{Seed}:{Fault}:{At}:{Again}:{Hours}:{Place(OnFiles)}");
}
