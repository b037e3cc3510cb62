using System.Globalization;
using Orchestrator.CrashSweep.Writes;

namespace Orchestrator.CrashSweep;

/// <summary>One run with one thing that goes wrong. Its text replays it.</summary>
/// <param name="At">The number of the write or activity, from 1.</param>
/// <param name="Again">The number of the write after the first death at which the recovering process dies too; 0: it does not.</param>
/// <param name="Hours">How long nobody runs between a death and the next start.</param>
/// <param name="OnFiles">Everything is kept in a state folder, and not in memory.</param>
public sealed record SweepCase(SweepDefinition Definition, int Seed, SweepFault Fault, int At, int Again = 0, int Hours = 0, bool OnFiles = false)
{
    /// <summary>How the text says where everything is kept.</summary>
    public static string Place(bool onFiles) => onFiles ? "files" : "memory";

    /// <summary>Reads what <see cref="ToString"/> wrote; null when it is none.</summary>
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
    public override string ToString() => string.Create(CultureInfo.InvariantCulture, $"{Definition.Name}:{Seed}:{Fault}:{At}:{Again}:{Hours}:{Place(OnFiles)}");
}
