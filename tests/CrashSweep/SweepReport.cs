using System.Globalization;
using System.Text.Json.Serialization;
using Orchestrator.CrashSweep.Writes;

namespace Orchestrator.CrashSweep;

/// <summary>Adds up what the cases of a sweep came to.</summary>
public sealed class SweepReport
{
    /// <summary>Cases in which a process died.</summary>
    [JsonInclude]
    public int CrashPoints { get; private set; }

    /// <summary>Cases with a fault that the process survived.</summary>
    [JsonInclude]
    public int LivingFaults { get; private set; }

    /// <summary>Cases whose result differs from that of the run without faults.</summary>
    [JsonInclude]
    public int Different { get; private set; }

    /// <summary>Finished attempts that were executed again.</summary>
    [JsonInclude]
    public int Repeated { get; private set; }

    /// <summary>Each failing case: its text, which repeats it, its fault, and the differences.</summary>
    [JsonInclude]
    public List<string> Failures { get; private set; } = [];

    /// <summary>Cases by definition.</summary>
    [JsonInclude]
    public Dictionary<string, int> Cases { get; private set; } = new(StringComparer.Ordinal);

    /// <inheritdoc/>
    public override string ToString() => string.Create(
        CultureInfo.InvariantCulture,
        $"{Cases.Count} definitions, {CrashPoints} crash points, {LivingFaults} faults that kill nobody, {Different} differences, {Repeated} " +
        $"repeated finished steps");

    /// <summary>Adds what another sweep came to.</summary>
    public void Add(SweepReport other)
    {
        ArgumentNullException.ThrowIfNull(other);
        CrashPoints += other.CrashPoints;
        LivingFaults += other.LivingFaults;
        Different += other.Different;
        Repeated += other.Repeated;
        Failures.AddRange(other.Failures);
        foreach (var (definition, cases) in other.Cases)
        {
            Cases[definition] = Cases.GetValueOrDefault(definition) + cases;
        }
    }

    internal void Add(SweepCase item, string? struck, IReadOnlyList<string> differences, IReadOnlyList<string> repeated)
    {
        Cases[item.Definition.Name] = Cases.GetValueOrDefault(item.Definition.Name) + 1;
        var dies = item.Fault is SweepFault.DiesBefore or SweepFault.DiesAfter or SweepFault.DiesTorn or SweepFault.PowerFails;
        CrashPoints += dies ? 1 : 0;
        LivingFaults += dies ? 0 : 1;
        Different += differences.Count == 0 ? 0 : 1;
        Repeated += repeated.Count;
        if (differences.Count + repeated.Count > 0)
        {
            Failures.Add(
                $"{item} ({struck})\n{string.Join('\n', differences)}{(repeated.Count == 0 ? "" : "\nRepeated: " + string.Join(", ", repeated))}");
        }
    }
}
